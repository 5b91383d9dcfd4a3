// An ALSA device for tests that runs dry like a real one and fails on command: 48 kHz, stereo, S16 or S32, which
// consumes by CLOCK_MONOTONIC. Its definition: { type jamtest, control "FILE", lib "….so" }. While FILE holds an
// errno, opening, preparing and writing fail with it; while it holds "suspend", a running device is suspended.
#define _GNU_SOURCE
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct dac {
	snd_pcm_ioplug_t io;
	char control[4096];
	double start_us;
};

static double now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static void read_control(const char *file, char command[32])
{
	FILE *in = fopen(file, "r");
	command[0] = 0;
	if (!in)
		return;
	if (!fgets(command, 32, in))
		command[0] = 0;
	fclose(in);
}

static int commanded_error(const char *file)
{
	char command[32];
	read_control(file, command);
	return -atoi(command);
}

static snd_pcm_uframes_t consumed(struct dac *dac)
{
	return (now_us() - dac->start_us) * dac->io.rate / 1e6;
}

static snd_pcm_sframes_t dac_pointer(snd_pcm_ioplug_t *io)
{
	struct dac *dac = io->private_data;
	char command[32];
	read_control(dac->control, command);
	if (!strncmp(command, "suspend", 7))
		snd_pcm_ioplug_set_state(io, SND_PCM_STATE_SUSPENDED);
	if (io->state != SND_PCM_STATE_RUNNING)
		return io->hw_ptr % io->buffer_size;
	if (atoi(command) || consumed(dac) >= io->appl_ptr)
		return -EPIPE;
	return consumed(dac) % io->buffer_size;
}

static int dac_delay(snd_pcm_ioplug_t *io, snd_pcm_sframes_t *delay)
{
	struct dac *dac = io->private_data;
	snd_pcm_sframes_t played = io->state == SND_PCM_STATE_RUNNING ? consumed(dac) : io->hw_ptr;
	*delay = (snd_pcm_sframes_t)io->appl_ptr - played;
	return 0;
}

static int dac_prepare(snd_pcm_ioplug_t *io)
{
	struct dac *dac = io->private_data;
	return commanded_error(dac->control);
}

static int dac_start(snd_pcm_ioplug_t *io)
{
	struct dac *dac = io->private_data;
	dac->start_us = now_us();
	return 0;
}

static int dac_stop(snd_pcm_ioplug_t *io)
{
	(void)io;
	return 0;
}

static snd_pcm_sframes_t dac_transfer(snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas,
				      snd_pcm_uframes_t offset, snd_pcm_uframes_t size)
{
	struct dac *dac = io->private_data;
	int error = commanded_error(dac->control);
	(void)areas;
	(void)offset;
	return error < 0 ? error : (snd_pcm_sframes_t)size;
}

static int dac_close(snd_pcm_ioplug_t *io)
{
	free(io->private_data);
	return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
	.start = dac_start,
	.stop = dac_stop,
	.pointer = dac_pointer,
	.transfer = dac_transfer,
	.prepare = dac_prepare,
	.delay = dac_delay,
	.close = dac_close,
};

static int offer(struct dac *dac)
{
	static const unsigned int access[] = { SND_PCM_ACCESS_RW_INTERLEAVED };
	static const unsigned int formats[] = { SND_PCM_FORMAT_S16_LE, SND_PCM_FORMAT_S32_LE };
	snd_pcm_ioplug_t *io = &dac->io;
	int error = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_ACCESS, 1, access);
	if (error >= 0)
		error = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_FORMAT, 2, formats);
	if (error >= 0)
		error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_CHANNELS, 2, 2);
	if (error >= 0)
		error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_RATE, 48000, 48000);
	return error;
}

SND_PCM_PLUGIN_DEFINE_FUNC(jamtest)
{
	const char *control = "";
	snd_config_iterator_t i, next;
	snd_config_for_each(i, next, conf) {
		snd_config_t *entry = snd_config_iterator_entry(i);
		const char *id;
		if (snd_config_get_id(entry, &id) >= 0 && !strcmp(id, "control"))
			snd_config_get_string(entry, &control);
	}
	int error = commanded_error(control);
	if (error < 0)
		return error;
	struct dac *dac = calloc(1, sizeof(*dac));
	if (!dac)
		return -ENOMEM;
	snprintf(dac->control, sizeof(dac->control), "%s", control);
	dac->io.version = SND_PCM_IOPLUG_VERSION;
	dac->io.name = "jam test DAC";
	dac->io.flags = SND_PCM_IOPLUG_FLAG_MONOTONIC;
	dac->io.callback = &callbacks;
	dac->io.private_data = dac;
	error = snd_pcm_ioplug_create(&dac->io, name, stream, mode);
	if (error < 0) {
		free(dac);
		return error;
	}
	error = offer(dac);
	if (error < 0) {
		snd_pcm_ioplug_delete(&dac->io);
		return error;
	}
	*pcmp = dac->io.pcm;
	return 0;
}
SND_PCM_PLUGIN_SYMBOL(jamtest);
