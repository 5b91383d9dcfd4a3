// A simulated mixer for tests: a control device of the type `jamtest`, { type jamtest state "FILE" lib "….so" }, with
// the volumes "Headphone" (0 to 100, in steps of 0.6 dB up to 0 dB, with a switch) and "Plain" (0 to 31, no dB).
// FILE holds their values, "headphone 100 100 plain 31 switch 0"; without it the mixer is unplugged.
#include <alsa/asoundlib.h>
#include <alsa/control_external.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADPHONE, PLAIN, SWITCH, COUNT };
static const char *const names[COUNT] = { "Headphone Playback Volume", "Plain Playback Volume",
					  "Headphone Playback Switch" };

struct mixer {
	snd_ctl_ext_t ext;
	char state[4096];
};

struct values {
	long headphone[2], plain, on;
};

static int load(const struct mixer *mixer, struct values *values)
{
	FILE *in = fopen(mixer->state, "r");
	if (!in)
		return -ENODEV;
	int found = fscanf(in, "headphone %ld %ld plain %ld switch %ld", &values->headphone[0], &values->headphone[1],
			   &values->plain, &values->on);
	fclose(in);
	return found == 4 ? 0 : -EIO;
}

static int save(const struct mixer *mixer, const struct values *values)
{
	FILE *out = fopen(mixer->state, "w");
	if (!out)
		return -ENODEV;
	fprintf(out, "headphone %ld %ld plain %ld switch %ld\n", values->headphone[0], values->headphone[1],
		values->plain, values->on);
	fclose(out);
	return 0;
}

static void mixer_close(snd_ctl_ext_t *ext)
{
	free(ext->private_data);
}

static int elem_count(snd_ctl_ext_t *ext)
{
	(void)ext;
	return COUNT;
}

static int elem_list(snd_ctl_ext_t *ext, unsigned int offset, snd_ctl_elem_id_t *id)
{
	(void)ext;
	snd_ctl_elem_id_set_interface(id, SND_CTL_ELEM_IFACE_MIXER);
	snd_ctl_elem_id_set_name(id, names[offset]);
	return 0;
}

static snd_ctl_ext_key_t find_elem(snd_ctl_ext_t *ext, const snd_ctl_elem_id_t *id)
{
	(void)ext;
	for (int i = 0; i < COUNT; i++)
		if (!strcmp(names[i], snd_ctl_elem_id_get_name(id)))
			return i;
	return SND_CTL_EXT_KEY_NOT_FOUND;
}

static int get_attribute(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, int *type, unsigned int *access,
			 unsigned int *count)
{
	// 0.6 dB a step, from -60 dB.
	static const unsigned int scale[] = { SND_CTL_TLVT_DB_SCALE, 8, (unsigned int)-6000, 60 };
	ext->tlv.p = scale;
	*type = key == SWITCH ? SND_CTL_ELEM_TYPE_BOOLEAN : SND_CTL_ELEM_TYPE_INTEGER;
	*access = SND_CTL_EXT_ACCESS_READWRITE | (key == HEADPHONE ? SND_CTL_EXT_ACCESS_TLV_READ : 0);
	*count = key == HEADPHONE ? 2 : 1;
	return 0;
}

static int get_integer_info(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, long *least, long *most, long *step)
{
	(void)ext;
	*least = 0;
	*most = key == HEADPHONE ? 100 : key == PLAIN ? 31 : 1;
	*step = 1;
	return 0;
}

static int read_integer(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, long *value)
{
	struct values values;
	int error = load(ext->private_data, &values);
	if (error < 0)
		return error;
	if (key == HEADPHONE)
		memcpy(value, values.headphone, sizeof(values.headphone));
	else
		*value = key == PLAIN ? values.plain : values.on;
	return 0;
}

static int write_integer(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, long *value)
{
	struct values values;
	int error = load(ext->private_data, &values);
	if (error < 0)
		return error;
	if (key == HEADPHONE)
		memcpy(values.headphone, value, sizeof(values.headphone));
	else if (key == PLAIN)
		values.plain = *value;
	else
		values.on = *value;
	error = save(ext->private_data, &values);
	return error < 0 ? error : 1;
}

static int read_event(snd_ctl_ext_t *ext, snd_ctl_elem_id_t *id, unsigned int *event_mask)
{
	(void)ext;
	(void)id;
	(void)event_mask;
	return -EAGAIN;
}

static const snd_ctl_ext_callback_t callbacks = {
	.close = mixer_close,
	.elem_count = elem_count,
	.elem_list = elem_list,
	.find_elem = find_elem,
	.get_attribute = get_attribute,
	.get_integer_info = get_integer_info,
	.read_integer = read_integer,
	.write_integer = write_integer,
	.read_event = read_event,
};

SND_CTL_PLUGIN_DEFINE_FUNC(jamtest)
{
	const char *state = "";
	snd_config_iterator_t i, next;
	snd_config_for_each(i, next, conf) {
		snd_config_t *entry = snd_config_iterator_entry(i);
		const char *id;
		if (snd_config_get_id(entry, &id) >= 0 && !strcmp(id, "state"))
			snd_config_get_string(entry, &state);
	}
	struct mixer *mixer = calloc(1, sizeof(*mixer));
	struct values values;
	if (!mixer)
		return -ENOMEM;
	snprintf(mixer->state, sizeof(mixer->state), "%s", state);
	int error = load(mixer, &values);
	if (error >= 0) {
		mixer->ext.version = SND_CTL_EXT_VERSION;
		mixer->ext.card_idx = 0;
		strcpy(mixer->ext.id, "jamtest");
		strcpy(mixer->ext.name, "jam test mixer");
		mixer->ext.poll_fd = -1;
		mixer->ext.callback = &callbacks;
		mixer->ext.private_data = mixer;
		error = snd_ctl_ext_create(&mixer->ext, name, mode);
	}
	if (error < 0) {
		free(mixer);
		return error;
	}
	*handlep = mixer->ext.handle;
	return 0;
}
SND_CTL_PLUGIN_SYMBOL(jamtest);
