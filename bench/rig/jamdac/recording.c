// The recording: a WAV of all that the device has consumed, and FILE.json with when.

#include "jamdac.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WAV_HEADER 44

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

int open_recording(jamdac_t *dac)
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
	if (dac->record == NULL) return -ENOMEM;
	write_header(dac, 0);
	return 0;
}

snd_pcm_sframes_t record(jamdac_t *dac, const snd_pcm_channel_area_t *areas, snd_pcm_uframes_t offset,
	snd_pcm_uframes_t size)
{
	const snd_pcm_ioplug_t *io = &dac->io;
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
	return size;
}

void write_sidecar(const jamdac_t *dac)
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

void close_recording(jamdac_t *dac)
{
	if (dac->file < 0) return;
	uint64_t frames = (uint64_t)dac->base_frames;
	if (dac->io.channels > 0 && frames > 0) {
		write_header(dac, frames);
		if (ftruncate(dac->file, WAV_HEADER + (off_t)(frames * recorded_frame_bytes(dac))) != 0)
			SNDERR("jamdac: can't cut %s: %s", dac->record, strerror(errno));
		write_sidecar(dac);
	}
	close(dac->file);
}
