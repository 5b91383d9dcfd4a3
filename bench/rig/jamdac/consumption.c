// Where the device is: its crystal, the steps of its reports, its FIFO and its hiccups.

#include "jamdac.h"
#include <math.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define STRETCH_US 1000000

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

void start_run(jamdac_t *dac)
{
	// The FIFO is full of silence when the device starts.
	dac->run_start_us = true_us() + 1 + (int64_t)(dac->fifo_frames * 1e6 / dac->io.rate);
	dac->next_hiccup_us = dac->run_start_us + (int64_t)(dac->hiccup_s * 1e6);
	dac->running = 1;
	add_stretch(dac, dac->base_frames, dac->run_start_us);
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

uint64_t taken_frames(jamdac_t *dac)
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

void end_run(jamdac_t *dac, double frames)
{
	if (!dac->running) return;
	dac->running = 0;
	dac->base_frames = floor(dac->base_frames + frames);
	dac->written = dac->taken = 0;
	while (dac->stretch_count > 0 && dac->stretches[dac->stretch_count - 1].first_frame >= dac->base_frames)
		dac->stretch_count--;
}

void end_run_now(jamdac_t *dac)
{
	if (!dac->running) return;
	double heard = heard_frames(dac, true_us());
	if (heard > dac->written) heard = dac->written;
	end_run(dac, heard > 0 ? heard : 0);
}
