// An ALSA PCM of the type `jamdac`: a DAC with a crystal of its own that nobody can hear. It consumes
// frames at rate × (1 + ppm·1e-6) against true time and writes what it consumed to a WAV, and beside it
// when: FILE.json as bench/measure/recording.ts reads it.
//
//   pcm.NAME {
//     type jamdac
//     record "/some/FILE.wav"   a program that opens the PCM again records to FILE.wav.2 and so on
//     ppm 12.5              crystal's error, positive: consumes faster
//     wander_ppm 2          amplitude of its slow change, a sine over
//     wander_s 120          this many seconds
//     report_us 1000        the position moves in steps of this (USB 1 ms); 0: exact
//     fifo_frames 0         frames between the position and what is heard, reported as delay
//     hiccup_s 20           every so often the device stands still
//     hiccup_ms 5           for so long
//     absent "/some/FILE"   while this file exists the device is unplugged
//     formats "S16_LE S32_LE"   what it takes, and the
//     rates "44100 48000"       rates
//   }
//
// True time is CLOCK_REALTIME by a raw system call: no preloaded library and no time namespace fakes that.

#include "jamdac.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static int limit_hardware(jamdac_t *dac)
{
	static const unsigned int accesses[] = {
		SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_ACCESS_RW_NONINTERLEAVED, SND_PCM_ACCESS_MMAP_INTERLEAVED};
	snd_pcm_ioplug_t *io = &dac->io;
	int err = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_ACCESS, 3, accesses);
	if (err >= 0) err = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_FORMAT, dac->format_count, dac->formats);
	if (err >= 0) err = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_RATE, dac->rate_count, dac->rates);
	if (err >= 0) err = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_CHANNELS, 1, 2);
	if (err >= 0) err = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIOD_BYTES, 128, 1 << 17);
	if (err >= 0) err = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_BUFFER_BYTES, 512, 1 << 18);
	if (err >= 0) err = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIODS, 2, 1024);
	return err;
}

SND_PCM_PLUGIN_DEFINE_FUNC(jamdac)
{
	(void)root;
	if (stream != SND_PCM_STREAM_PLAYBACK) return -EINVAL;
	jamdac_t *dac = calloc(1, sizeof *dac);
	if (dac == NULL) return -ENOMEM;
	dac->file = dac->timer = -1;
	dac->boundary = INT32_MAX;
	int err = read_options(dac, conf);
	if (err < 0) goto failed;
	if (is_absent(dac)) {
		err = -ENODEV;
		goto failed;
	}
	dac->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (dac->timer < 0) {
		err = -errno;
		goto failed;
	}
	dac->io.version = SND_PCM_IOPLUG_VERSION;
	dac->io.name = "Jam bench DAC";
	dac->io.flags = SND_PCM_IOPLUG_FLAG_MONOTONIC | SND_PCM_IOPLUG_FLAG_BOUNDARY_WA;
	dac->io.poll_fd = dac->timer;
	dac->io.poll_events = POLLIN;
	dac->io.callback = &jamdac_callbacks;
	dac->io.private_data = dac;
	err = snd_pcm_ioplug_create(&dac->io, name, stream, mode);
	if (err < 0) goto failed;
	err = limit_hardware(dac);
	if (err < 0) {
		snd_pcm_ioplug_delete(&dac->io);
		return err;
	}
	*pcmp = dac->io.pcm;
	return 0;

failed:
	if (dac->timer >= 0) close(dac->timer);
	free(dac->record);
	free(dac->absent);
	free(dac);
	return err;
}

SND_PCM_PLUGIN_SYMBOL(jamdac);
