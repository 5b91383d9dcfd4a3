// What the parts of the plugin share; plugin.c tells what it is.

#pragma once

#define _GNU_SOURCE
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <stdint.h>

// Programs that load the plugin may have functions of these names.
#pragma GCC visibility push(hidden)

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
	char *absent; // NULL, or the file that stands for the device's being unplugged
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

// ---- consumption.c: where the device is ----

void start_run(jamdac_t *dac);
// Frames that the device has taken from the buffer; more than were written when it ran dry.
uint64_t taken_frames(jamdac_t *dac);
// Ends the run after `frames` of it: what comes next in the recording follows on those.
void end_run(jamdac_t *dac, double frames);
// Ends it where the device is.
void end_run_now(jamdac_t *dac);

// ---- recording.c: the WAV and its sidecar ----

// A new file. 0 or a negative errno.
int open_recording(jamdac_t *dac);
// Records frames as those after the `written` ones of this run. Their number, or a negative errno.
snd_pcm_sframes_t record(jamdac_t *dac, const snd_pcm_channel_area_t *areas, snd_pcm_uframes_t offset,
	snd_pcm_uframes_t size);
// What was consumed when, so far.
void write_sidecar(const jamdac_t *dac);
// Cuts off what was never heard, and completes header and sidecar.
void close_recording(jamdac_t *dac);

// ---- options.c: what is configured ----

// Whether the device is unplugged.
int is_absent(const jamdac_t *dac);
// 0 or a negative errno, after saying what is wrong.
int read_options(jamdac_t *dac, snd_config_t *conf);

// ---- callbacks.c ----

extern const snd_pcm_ioplug_callback_t jamdac_callbacks;

#pragma GCC visibility pop
