// An ALSA PCM of the type `jamdac`: a DAC with a crystal of its own that nobody can hear. It consumes
// frames at rate × (1 + ppm·1e-6) against true time and writes what it consumed to a WAV, and beside it
// when: FILE.json as bench/measure/recording.ts reads it. Everything is computed when the program asks
// where the device is; no thread runs.
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
//     formats "S16_LE S32_LE"   what it takes, and the
//     rates "44100 48000"       rates
//   }
//
// True time is CLOCK_REALTIME by a raw system call: no preloaded library and no time namespace fakes that.

#define _GNU_SOURCE
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define WAV_HEADER 44
#define STRETCH_US 1000000
#define MAX_LIST 8

// A piece of time over which the crystal's rate is constant.
typedef struct {
	double first_frame; // counted from the device's opening
	int64_t start_us;   // true time
	double ppm;
} stretch_t;

typedef struct {
	snd_pcm_ioplug_t io;
	char *record;
	double ppm, wander_ppm, wander_s, hiccup_s, hiccup_ms;
	long report_us, fifo_frames;
	unsigned int formats[MAX_LIST], rates[MAX_LIST];
	int format_count, rate_count;

	int file, timer;
	snd_pcm_uframes_t avail_min, boundary;
	int running;
	int64_t run_start_us;      // true time at which the current run's first frame is heard
	int64_t next_hiccup_us;
	double base_frames;        // consumed in earlier runs
	uint64_t written;          // frames written in this run
	uint64_t taken;            // of these, by the last reading of the position,
	int taken_is_new;          // which no delay was computed from yet
	stretch_t *stretches;
	size_t stretch_count;
	unsigned char *scratch;
	size_t scratch_size;
} jamdac_t;

static int64_t true_us(void)
{
	struct timespec now;
	syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static double frames_per_us(const jamdac_t *dac, const stretch_t *stretch)
{
	return dac->io.rate * 1e-6 * (1 + stretch->ppm * 1e-6);
}

// ---- what was consumed when ----

static void write_sidecar(const jamdac_t *dac)
{
	char path[4096], draft[4096];
	snprintf(path, sizeof path, "%s.json", dac->record);
	snprintf(draft, sizeof draft, "%s.json.new", dac->record);
	FILE *out = fopen(draft, "w");
	if (out == NULL) {
		SNDERR("jamdac: can't write %s: %s", draft, strerror(errno));
		return;
	}
	fprintf(out, "{\"rate\": %u, \"ppm\": %.6f, \"channels\": %u, \"sampleFormat\": \"%s\", \"segments\": [",
		dac->io.rate, dac->ppm, dac->io.channels, snd_pcm_format_name(dac->io.format));
	for (size_t i = 0; i < dac->stretch_count; i++) {
		const stretch_t *stretch = &dac->stretches[i];
		fprintf(out, "%s\n  {\"firstFrame\": %.9f, \"startTrueUs\": %lld, \"ppm\": %.6f}", i ? "," : "",
			stretch->first_frame, (long long)stretch->start_us, stretch->ppm);
	}
	fprintf(out, "\n]}\n");
	fclose(out);
	rename(draft, path);
}

static void add_stretch(jamdac_t *dac, double first_frame, int64_t start_us)
{
	stretch_t *grown = realloc(dac->stretches, (dac->stretch_count + 1) * sizeof *grown);
	if (grown == NULL) return;
	dac->stretches = grown;
	double seconds = (start_us - dac->stretches[0].start_us) * 1e-6;
	if (dac->stretch_count == 0) seconds = 0;
	double phase = dac->wander_s > 0 ? 2 * M_PI * seconds / dac->wander_s : 0;
	dac->stretches[dac->stretch_count++] =
		(stretch_t){first_frame, start_us, dac->ppm + dac->wander_ppm * sin(phase)};
	write_sidecar(dac);
}

// Frames heard in this run up to now, if there were always enough; negative while the first one is in the FIFO.
static double heard_frames(jamdac_t *dac, int64_t now_us)
{
	int changes = dac->wander_ppm != 0 || dac->hiccup_s > 0;
	for (;;) {
		const stretch_t *last = &dac->stretches[dac->stretch_count - 1];
		int64_t end_us = last->start_us + STRETCH_US;
		if (!changes || now_us < end_us) {
			int64_t elapsed = now_us - last->start_us;
			int standing = elapsed < 0 && last->start_us != dac->run_start_us;
			return last->first_frame - dac->base_frames + (standing ? 0 : elapsed * frames_per_us(dac, last));
		}
		double end_frame = last->first_frame + STRETCH_US * frames_per_us(dac, last);
		if (end_frame - dac->base_frames > dac->written) return end_frame - dac->base_frames;
		int64_t still_us = 0;
		if (dac->hiccup_s > 0 && end_us >= dac->next_hiccup_us) {
			still_us = (int64_t)(dac->hiccup_ms * 1000);
			dac->next_hiccup_us = end_us + (int64_t)(dac->hiccup_s * 1e6);
		}
		add_stretch(dac, end_frame, end_us + still_us);
	}
}

// Frames that the device has taken from the buffer; more than were written when it ran dry.
static uint64_t taken_frames(jamdac_t *dac)
{
	if (!dac->running) return 0;
	double heard = heard_frames(dac, true_us());
	if (dac->report_us > 0) {
		double step = dac->io.rate * 1e-6 * dac->report_us;
		heard = floor(heard / step) * step;
	}
	double taken = heard + dac->fifo_frames;
	return taken > 0 ? (uint64_t)taken : 0;
}

// Ends the run after `frames` of it: what comes next in the recording follows on those.
static void end_run(jamdac_t *dac, double frames)
{
	if (!dac->running) return;
	dac->running = 0;
	dac->base_frames = floor(dac->base_frames + frames);
	dac->written = dac->taken = 0;
	while (dac->stretch_count > 0 && dac->stretches[dac->stretch_count - 1].first_frame >= dac->base_frames)
		dac->stretch_count--;
}

static size_t recorded_frame_bytes(const jamdac_t *dac)
{
	return dac->io.channels * snd_pcm_format_physical_width(dac->io.format) / 8;
}

static void write_header(const jamdac_t *dac, uint64_t frames)
{
	uint32_t bits = snd_pcm_format_physical_width(dac->io.format);
	uint32_t frame_bytes = recorded_frame_bytes(dac);
	uint32_t data_bytes = (uint32_t)(frames * frame_bytes);
	struct __attribute__((packed)) {
		char riff[4]; uint32_t riff_bytes; char wave[8]; uint32_t format_bytes;
		uint16_t coding, channels; uint32_t rate, bytes_per_s; uint16_t frame_bytes, bits;
		char data[4]; uint32_t data_bytes;
	} header = {
		{'R', 'I', 'F', 'F'}, data_bytes + WAV_HEADER - 8, {'W', 'A', 'V', 'E', 'f', 'm', 't', ' '}, 16,
		dac->io.format == SND_PCM_FORMAT_FLOAT_LE ? 3 : 1, dac->io.channels, dac->io.rate,
		dac->io.rate * frame_bytes, frame_bytes, bits, {'d', 'a', 't', 'a'}, data_bytes,
	};
	if (pwrite(dac->file, &header, sizeof header, 0) != sizeof header)
		SNDERR("jamdac: can't write %s: %s", dac->record, strerror(errno));
}

// ---- ALSA's callbacks ----

// Makes the timer expire when avail_min frames are free: then a poll ends.
static void set_timer(jamdac_t *dac)
{
	uint64_t taken = taken_frames(dac);
	int64_t used = dac->written > taken ? (int64_t)(dac->written - taken) : 0;
	int64_t free_frames = (int64_t)dac->io.buffer_size - used;
	int64_t missing = (int64_t)dac->avail_min - free_frames;
	int64_t wait_ns = dac->running && missing > 0 ? missing * 1000000000LL / dac->io.rate + 1000 : 1;
	struct itimerspec when = {{0, 0}, {wait_ns / 1000000000LL, wait_ns % 1000000000LL}};
	timerfd_settime(dac->timer, 0, &when, NULL);
}

static int jamdac_start(snd_pcm_ioplug_t *io)
{
	jamdac_t *dac = io->private_data;
	// The FIFO is full of silence when the device starts.
	dac->run_start_us = true_us() + 1 + (int64_t)(dac->fifo_frames * 1e6 / io->rate);
	dac->next_hiccup_us = dac->run_start_us + (int64_t)(dac->hiccup_s * 1e6);
	dac->running = 1;
	add_stretch(dac, dac->base_frames, dac->run_start_us);
	set_timer(dac);
	return 0;
}

static int jamdac_stop(snd_pcm_ioplug_t *io)
{
	jamdac_t *dac = io->private_data;
	if (dac->running) {
		double heard = heard_frames(dac, true_us());
		if (heard > dac->written) heard = dac->written;
		end_run(dac, heard > 0 ? heard : 0);
	}
	return 0;
}

static snd_pcm_sframes_t jamdac_pointer(snd_pcm_ioplug_t *io)
{
	jamdac_t *dac = io->private_data;
	uint64_t taken = taken_frames(dac);
	if (taken > dac->written) {
		if (io->state == SND_PCM_STATE_DRAINING) return dac->written % dac->boundary;
		end_run(dac, dac->written);
		return -EPIPE;
	}
	dac->taken = taken;
	dac->taken_is_new = 1;
	return taken % dac->boundary;
}

static snd_pcm_sframes_t jamdac_transfer(snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas,
	snd_pcm_uframes_t offset, snd_pcm_uframes_t size)
{
	jamdac_t *dac = io->private_data;
	size_t width = snd_pcm_format_physical_width(io->format) / 8;
	size_t frame_bytes = recorded_frame_bytes(dac);
	if (dac->scratch_size < size * frame_bytes) {
		free(dac->scratch);
		dac->scratch = malloc(size * frame_bytes);
		dac->scratch_size = dac->scratch ? size * frame_bytes : 0;
		if (dac->scratch == NULL) return -ENOMEM;
	}
	for (unsigned int channel = 0; channel < io->channels; channel++) {
		const snd_pcm_channel_area_t *area = &areas[channel];
		const unsigned char *from = (const unsigned char *)area->addr + (area->first + offset * area->step) / 8;
		unsigned char *to = dac->scratch + channel * width;
		for (snd_pcm_uframes_t i = 0; i < size; i++, from += area->step / 8, to += frame_bytes) {
			memcpy(to, from, width);
			if (io->format == SND_PCM_FORMAT_S24_LE) {
				int32_t sample;
				memcpy(&sample, from, 4);
				sample = (int32_t)((uint32_t)sample << 8);
				memcpy(to, &sample, 4);
			}
		}
	}
	off_t at = WAV_HEADER + (off_t)((uint64_t)dac->base_frames + dac->written) * frame_bytes;
	ssize_t done = pwrite(dac->file, dac->scratch, size * frame_bytes, at);
	if (done != (ssize_t)(size * frame_bytes)) return done < 0 ? -errno : -EIO;
	dac->written += size;
	set_timer(dac);
	return size;
}

// As of the last reading of the position: libasound stamps a status after that and before this, and drivers
// report one instant.
static int jamdac_delay(snd_pcm_ioplug_t *io, snd_pcm_sframes_t *delay)
{
	jamdac_t *dac = io->private_data;
	if (!dac->taken_is_new) dac->taken = taken_frames(dac);
	dac->taken_is_new = 0;
	*delay = dac->written > dac->taken ? (snd_pcm_sframes_t)(dac->written - dac->taken) : 0;
	if (dac->running) *delay += dac->fifo_frames;
	return 0;
}

// Not before there is something to record: programs open a PCM also to see what it can.
static int open_recording(jamdac_t *dac)
{
	char path[4096];
	snprintf(path, sizeof path, "%s", dac->record);
	for (int nth = 2; dac->file < 0; nth++) {
		dac->file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
		if (dac->file < 0 && errno != EEXIST) {
			SNDERR("jamdac: can't record to %s: %s", path, strerror(errno));
			return -errno;
		}
		if (dac->file < 0) snprintf(path, sizeof path, "%s.%d", dac->record, nth);
	}
	free(dac->record);
	dac->record = strdup(path);
	return dac->record ? 0 : -ENOMEM;
}

static int jamdac_prepare(snd_pcm_ioplug_t *io)
{
	jamdac_t *dac = io->private_data;
	int err = dac->file < 0 ? open_recording(dac) : 0;
	if (err < 0) return err;
	jamdac_stop(io);
	dac->written = dac->taken = 0;
	write_header(dac, 0);
	set_timer(dac);
	return 0;
}

static int jamdac_sw_params(snd_pcm_ioplug_t *io, snd_pcm_sw_params_t *params)
{
	jamdac_t *dac = io->private_data;
	snd_pcm_sw_params_get_avail_min(params, &dac->avail_min);
	snd_pcm_sw_params_get_boundary(params, &dac->boundary);
	return 0;
}

static int jamdac_poll_revents(snd_pcm_ioplug_t *io, struct pollfd *fds, unsigned int count, unsigned short *revents)
{
	jamdac_t *dac = io->private_data;
	(void)fds;
	(void)count;
	uint64_t taken = taken_frames(dac);
	int dry = dac->running && taken > dac->written;
	uint64_t used = dac->written > taken ? dac->written - taken : 0;
	*revents = 0;
	if (dry || io->buffer_size - used >= dac->avail_min) *revents = POLLOUT;
	else set_timer(dac);
	return 0;
}

static int jamdac_close(snd_pcm_ioplug_t *io)
{
	jamdac_t *dac = io->private_data;
	jamdac_stop(io);
	if (dac->file >= 0) {
		uint64_t frames = (uint64_t)dac->base_frames;
		if (io->channels > 0 && frames > 0) {
			write_header(dac, frames);
			if (ftruncate(dac->file, WAV_HEADER + (off_t)(frames * recorded_frame_bytes(dac))) != 0)
				SNDERR("jamdac: can't cut %s: %s", dac->record, strerror(errno));
			write_sidecar(dac);
		}
		close(dac->file);
	}
	if (dac->timer >= 0) close(dac->timer);
	free(dac->stretches);
	free(dac->scratch);
	free(dac->record);
	free(dac);
	return 0;
}

static const snd_pcm_ioplug_callback_t jamdac_callbacks = {
	.start = jamdac_start,
	.stop = jamdac_stop,
	.pointer = jamdac_pointer,
	.transfer = jamdac_transfer,
	.delay = jamdac_delay,
	.prepare = jamdac_prepare,
	.sw_params = jamdac_sw_params,
	.poll_revents = jamdac_poll_revents,
	.close = jamdac_close,
};

// ---- opening ----

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

static int read_formats(jamdac_t *dac, const char *names)
{
	char copy[256];
	snprintf(copy, sizeof copy, "%s", names);
	dac->format_count = 0;
	for (char *rest = NULL, *name = strtok_r(copy, " ,", &rest); name; name = strtok_r(NULL, " ,", &rest)) {
		snd_pcm_format_t format = snd_pcm_format_value(name);
		if (format == SND_PCM_FORMAT_UNKNOWN || dac->format_count == MAX_LIST) return -EINVAL;
		dac->formats[dac->format_count++] = format;
	}
	return dac->format_count > 0 ? 0 : -EINVAL;
}

static int read_rates(jamdac_t *dac, const char *numbers)
{
	dac->rate_count = 0;
	for (char *end; *numbers; numbers = end) {
		unsigned long rate = strtoul(numbers, &end, 10);
		if (end == numbers || rate < 8000 || dac->rate_count == MAX_LIST) return -EINVAL;
		dac->rates[dac->rate_count++] = rate;
		while (*end == ' ' || *end == ',') end++;
	}
	return dac->rate_count > 0 ? 0 : -EINVAL;
}

static int read_options(jamdac_t *dac, snd_config_t *conf)
{
	snd_config_iterator_t at, next;
	snd_config_for_each(at, next, conf) {
		snd_config_t *entry = snd_config_iterator_entry(at);
		const char *id, *text = NULL;
		double number = 0;
		int err = 0;
		if (snd_config_get_id(entry, &id) < 0) continue;
		if (!strcmp(id, "comment") || !strcmp(id, "type") || !strcmp(id, "hint")) continue;
		if (snd_config_get_string(entry, &text) < 0) err = snd_config_get_ireal(entry, &number);
		if (!strcmp(id, "record") && text) dac->record = strdup(text);
		else if (!strcmp(id, "formats") && text) err = read_formats(dac, text);
		else if (!strcmp(id, "rates") && text) err = read_rates(dac, text);
		else if (!strcmp(id, "ppm")) dac->ppm = number;
		else if (!strcmp(id, "wander_ppm")) dac->wander_ppm = number;
		else if (!strcmp(id, "wander_s")) dac->wander_s = number;
		else if (!strcmp(id, "report_us")) dac->report_us = (long)number;
		else if (!strcmp(id, "fifo_frames")) dac->fifo_frames = (long)number;
		else if (!strcmp(id, "hiccup_s")) dac->hiccup_s = number;
		else if (!strcmp(id, "hiccup_ms")) dac->hiccup_ms = number;
		else err = -EINVAL;
		if (err < 0) {
			SNDERR("jamdac: bad option %s", id);
			return -EINVAL;
		}
	}
	if (dac->record == NULL) SNDERR("jamdac: the option record is missing");
	return dac->record ? 0 : -EINVAL;
}

SND_PCM_PLUGIN_DEFINE_FUNC(jamdac)
{
	(void)root;
	if (stream != SND_PCM_STREAM_PLAYBACK) return -EINVAL;
	jamdac_t *dac = calloc(1, sizeof *dac);
	if (dac == NULL) return -ENOMEM;
	dac->file = dac->timer = -1;
	dac->boundary = INT32_MAX;
	read_formats(dac, "S16_LE S24_3LE S32_LE FLOAT_LE");
	read_rates(dac, "44100 48000");
	int err = read_options(dac, conf);
	if (err < 0) goto failed;
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
	free(dac);
	return err;
}

SND_PCM_PLUGIN_SYMBOL(jamdac);
