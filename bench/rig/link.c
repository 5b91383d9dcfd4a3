// A network link between two TAPs in namespaces of their own, with delay, jitter, stalls and loss, each
// frame after the one before. Runs until it is killed; says `ready` when it carries.
//
//   link NETNS_A TAP_A NETNS_B TAP_B DELAY_US JITTER_US LOSS STALL_EVERY_MS STALL_MIN_MS STALL_MAX_MS SEED
//
// Each way a frame takes DELAY_US and an exponential of mean JITTER_US, is lost with probability LOSS,
// and waits while the link stalls: about every STALL_EVERY_MS, for STALL_MIN_MS to STALL_MAX_MS.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <math.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define QUEUE 4096
#define FRAME_BYTES 2048

typedef struct {
	int64_t due_ns;
	ssize_t length;
	unsigned char bytes[FRAME_BYTES];
} frame_t;

typedef struct {
	int from, to;
	unsigned head, count; // a ring
	int64_t last_due_ns;
	frame_t *frames;
} direction_t;

typedef struct {
	double delay_us, jitter_us, loss, stall_every_ms, stall_min_ms, stall_max_ms;
	int64_t stall_from_ns, stall_to_ns;
} medium_t;

static int64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static double exponential(double mean)
{
	return -mean * log(1 - drand48());
}

static void fail(const char *what, const char *with)
{
	fprintf(stderr, "link: %s %s: %s\n", what, with, strerror(errno));
	exit(1);
}

static int attach(const char *netns, const char *tap)
{
	char path[256];
	snprintf(path, sizeof path, "/run/netns/%s", netns);
	int space = open(path, O_RDONLY | O_CLOEXEC);
	if (space < 0 || setns(space, CLONE_NEWNET) != 0) fail("can't enter namespace", netns);
	close(space);
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	struct ifreq request = {0};
	snprintf(request.ifr_name, sizeof request.ifr_name, "%s", tap);
	request.ifr_flags = IFF_TAP | IFF_NO_PI;
	if (fd < 0 || ioctl(fd, TUNSETIFF, &request) != 0) fail("can't attach to", tap);
	return fd;
}

static void move_stall(medium_t *medium, int64_t at_ns)
{
	while (medium->stall_every_ms > 0 && at_ns >= medium->stall_to_ns) {
		double length_ms = medium->stall_min_ms + drand48() * (medium->stall_max_ms - medium->stall_min_ms);
		medium->stall_from_ns = medium->stall_to_ns + (int64_t)(exponential(medium->stall_every_ms) * 1e6);
		medium->stall_to_ns = medium->stall_from_ns + (int64_t)(length_ms * 1e6);
	}
}

static void take(direction_t *way, medium_t *medium)
{
	for (;;) {
		if (way->count == QUEUE) return; // the TAP's own queue fills, and then drops
		frame_t *frame = &way->frames[(way->head + way->count) % QUEUE];
		frame->length = read(way->from, frame->bytes, FRAME_BYTES);
		if (frame->length <= 0) return;
		if (drand48() < medium->loss) continue;
		int64_t now = now_ns();
		move_stall(medium, now);
		int64_t due = now + (int64_t)((medium->delay_us + exponential(medium->jitter_us)) * 1e3);
		if (medium->stall_every_ms > 0 && due >= medium->stall_from_ns && due < medium->stall_to_ns)
			due = medium->stall_to_ns;
		if (due < way->last_due_ns) due = way->last_due_ns;
		frame->due_ns = way->last_due_ns = due;
		way->count++;
	}
}

// Returns when the next frame is due, or INT64_MAX.
static int64_t deliver(direction_t *way)
{
	while (way->count > 0) {
		frame_t *frame = &way->frames[way->head];
		if (frame->due_ns > now_ns()) return frame->due_ns;
		if (write(way->to, frame->bytes, frame->length) < 0 && errno == EAGAIN) return now_ns() + 100000;
		way->head = (way->head + 1) % QUEUE;
		way->count--;
	}
	return INT64_MAX;
}

int main(int argc, char **argv)
{
	if (argc != 12) {
		fprintf(stderr, "link: 11 arguments are needed\n");
		return 2;
	}
	medium_t medium = {atof(argv[5]), atof(argv[6]), atof(argv[7]), atof(argv[8]), atof(argv[9]), atof(argv[10]), 0, 0};
	srand48(atol(argv[11]));
	medium.stall_to_ns = now_ns();
	int a = attach(argv[1], argv[2]);
	int b = attach(argv[3], argv[4]);
	direction_t ways[2] = {{.from = a, .to = b}, {.from = b, .to = a}};
	for (int i = 0; i < 2; i++) ways[i].frames = calloc(QUEUE, sizeof(frame_t));
	if (!ways[0].frames || !ways[1].frames) fail("no memory", "");
	prctl(PR_SET_TIMERSLACK, 1);
	prctl(PR_SET_PDEATHSIG, 15);
	puts("ready");
	fflush(stdout);
	for (;;) {
		int64_t due = INT64_MAX;
		for (int i = 0; i < 2; i++) {
			take(&ways[i], &medium);
			int64_t next = deliver(&ways[i]);
			if (next < due) due = next;
		}
		int64_t wait = due == INT64_MAX ? 1000000000LL : due - now_ns();
		if (wait < 0) wait = 0;
		struct timespec timeout = {wait / 1000000000LL, wait % 1000000000LL};
		struct pollfd fds[2] = {{a, POLLIN, 0}, {b, POLLIN, 0}};
		if (ways[0].count == QUEUE) fds[0].fd = -1;
		if (ways[1].count == QUEUE) fds[1].fd = -1;
		if (ppoll(fds, 2, &timeout, NULL) < 0 && errno != EINTR) fail("can't wait", "");
	}
}
