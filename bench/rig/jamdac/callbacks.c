// ALSA's callbacks: everything is computed when the program asks; no thread runs.

#include "jamdac.h"
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

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
	start_run(dac);
	set_timer(dac);
	return 0;
}

static int jamdac_stop(snd_pcm_ioplug_t *io)
{
	end_run_now(io->private_data);
	return 0;
}

static snd_pcm_sframes_t jamdac_pointer(snd_pcm_ioplug_t *io)
{
	jamdac_t *dac = io->private_data;
	if (is_absent(dac)) {
		end_run_now(dac);
		snd_pcm_ioplug_set_state(io, SND_PCM_STATE_DISCONNECTED);
		return dac->taken % dac->boundary;
	}
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
	if (is_absent(dac)) return -ENODEV;
	snd_pcm_sframes_t done = record(dac, areas, offset, size);
	if (done < 0) return done;
	dac->written += done;
	set_timer(dac);
	return done;
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

static int jamdac_prepare(snd_pcm_ioplug_t *io)
{
	jamdac_t *dac = io->private_data;
	// Not before there is something to record: programs open a PCM also to see what it can.
	int err = dac->file < 0 ? open_recording(dac) : 0;
	if (err < 0) return err;
	jamdac_stop(io);
	dac->written = dac->taken = 0;
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
	close_recording(dac);
	if (dac->timer >= 0) close(dac->timer);
	free(dac->stretches);
	free(dac->scratch);
	free(dac->record);
	free(dac->absent);
	free(dac);
	return 0;
}

const snd_pcm_ioplug_callback_t jamdac_callbacks = {
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
