// The PCM's options in ALSA's configuration.

#include "jamdac.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

int is_absent(const jamdac_t *dac)
{
	return dac->absent && access(dac->absent, F_OK) == 0;
}

int read_options(jamdac_t *dac, snd_config_t *conf)
{
	read_formats(dac, "S16_LE S24_3LE S32_LE FLOAT_LE");
	read_rates(dac, "44100 48000");
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
		else if (!strcmp(id, "absent") && text) dac->absent = strdup(text);
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
