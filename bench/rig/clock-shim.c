/*
 * LD_PRELOAD library: gives a program a monotonic clock of its own, offset and fast or slow.
 *
 *   JAM_SHIM_PPM        rate difference, parts per million; positive: fast. 0 if absent
 *   JAM_SHIM_OFFSET_US  added, µs. 0 if absent
 *   JAM_SHIM_ANCHOR_US  true monotonic time at which the rate has contributed nothing yet. 0 (boot) if absent
 *
 *   shown = true + offset + (true - anchor) * ppm / 1e6     for CLOCK_MONOTONIC, _RAW, _COARSE, BOOTTIME
 *
 * CLOCK_REALTIME stays true, and so does the system call: syscall(SYS_clock_gettime) reads true time. Waits
 * until a moment of the shown clock are translated, or an offset would make them far too long.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

typedef int (*gettime_fn)(clockid_t, struct timespec *);
typedef int (*timedwait_fn)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
typedef int (*clockwait_fn)(pthread_cond_t *, pthread_mutex_t *, clockid_t, const struct timespec *);
typedef int (*nanosleep_fn)(clockid_t, int, const struct timespec *, struct timespec *);

static double rate;            /* ppm / 1e6 */
static long long offset_ns;
static long long anchor_ns;
static gettime_fn true_gettime;
static timedwait_fn true_timedwait;
static clockwait_fn true_clockwait;
static nanosleep_fn true_nanosleep;

static double env_number(const char *name)
{
    const char *text = getenv(name);
    return text ? strtod(text, NULL) : 0;
}

static int system_gettime(clockid_t clock, struct timespec *at)
{
    return (int)syscall(SYS_clock_gettime, clock, at);
}

/* pthread_cond_timedwait has an older version that dlsym may return; the present one differs by machine. */
static void *present_timedwait(void)
{
    void *found = dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
    if (!found) found = dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.17");
    return found ? found : dlsym(RTLD_NEXT, "pthread_cond_timedwait");
}

__attribute__((constructor)) static void start(void)
{
    rate = env_number("JAM_SHIM_PPM") / 1e6;
    offset_ns = (long long)(env_number("JAM_SHIM_OFFSET_US") * 1e3);
    anchor_ns = (long long)(env_number("JAM_SHIM_ANCHOR_US") * 1e3);
    true_timedwait = (timedwait_fn)present_timedwait();
    true_clockwait = (clockwait_fn)dlsym(RTLD_NEXT, "pthread_cond_clockwait");
    true_nanosleep = (nanosleep_fn)dlsym(RTLD_NEXT, "clock_nanosleep");
    true_gettime = (gettime_fn)dlsym(RTLD_NEXT, "clock_gettime");
}

static int is_shown(clockid_t clock)
{
    return clock == CLOCK_MONOTONIC || clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_MONOTONIC_COARSE ||
           clock == CLOCK_BOOTTIME;
}

static long long to_ns(const struct timespec *at)
{
    return at->tv_sec * 1000000000LL + at->tv_nsec;
}

static struct timespec from_ns(long long ns)
{
    long long seconds = ns / 1000000000LL;
    long long rest = ns % 1000000000LL;
    if (rest < 0) {
        seconds -= 1;
        rest += 1000000000LL;
    }
    return (struct timespec){.tv_sec = (time_t)seconds, .tv_nsec = (long)rest};
}

static long long shown_ns(long long true_ns)
{
    return true_ns + offset_ns + (long long)((double)(true_ns - anchor_ns) * rate);
}

static long long true_ns_of(long long shown)
{
    return anchor_ns + (long long)((double)(shown - offset_ns - anchor_ns) / (1 + rate));
}

int clock_gettime(clockid_t clock, struct timespec *at)
{
    /* Other libraries' constructors may come before ours. */
    int failed = true_gettime ? true_gettime(clock, at) : system_gettime(clock, at);
    if (failed || !is_shown(clock)) return failed;
    *at = from_ns(shown_ns(to_ns(at)));
    return 0;
}

/* A condition variable doesn't tell its clock. Monotonic and real time are decades apart. */
static int is_monotonic(const struct timespec *until)
{
    struct timespec real, monotonic;
    system_gettime(CLOCK_REALTIME, &real);
    clock_gettime(CLOCK_MONOTONIC, &monotonic);
    return llabs(to_ns(until) - to_ns(&monotonic)) < llabs(to_ns(until) - to_ns(&real));
}

int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *until)
{
    if (!is_monotonic(until)) return true_timedwait(cond, mutex, until);
    struct timespec true_until = from_ns(true_ns_of(to_ns(until)));
    return true_timedwait(cond, mutex, &true_until);
}

int pthread_cond_clockwait(pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t clock,
                           const struct timespec *until)
{
    if (!true_clockwait) return EINVAL;
    if (!is_shown(clock)) return true_clockwait(cond, mutex, clock, until);
    struct timespec true_until = from_ns(true_ns_of(to_ns(until)));
    return true_clockwait(cond, mutex, clock, &true_until);
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *wanted, struct timespec *left)
{
    if (!is_shown(clock) || !(flags & TIMER_ABSTIME)) return true_nanosleep(clock, flags, wanted, left);
    struct timespec true_wanted = from_ns(true_ns_of(to_ns(wanted)));
    return true_nanosleep(clock, flags, &true_wanted, left);
}
