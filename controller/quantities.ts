// Quantity, unit and direction, as people read them.

/** 83.4 → "1:23", 3723 → "1:02:03". */
export function formatTime(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

/** A length of time without direction: 38.2 → "38 µs", 12345 → "12.3 ms", 4.2 → "4.2 µs". */
export function formatUs(us: number): string {
  const size = Math.abs(us);
  if (size >= 1e6) return `${(size / 1e6).toFixed(2)} s`;
  if (size >= 9999.5) return `${(size / 1000).toFixed(1)} ms`;
  return `${trimZero(size.toFixed(size < 9.95 ? 1 : 0))} µs`;
}

/** Playout error, positive is late: 12 → "12 µs late". */
export function formatError(us: number): string {
  return withDirection(formatUs(us), us, 'late', 'early');
}

/** A rate difference, positive is fast: −17.1 → "17.1 ppm slow". */
export function formatRate(ppm: number): string {
  return withDirection(`${trimZero(Math.abs(ppm).toFixed(1))} ppm`, ppm, 'fast', 'slow');
}

/** What is corrected by: 1.2 → "+1.2 ppm". */
export function formatSlew(ppm: number): string {
  const size = trimZero(Math.abs(ppm).toFixed(1));
  if (size === '0') return '0 ppm';
  return `${ppm < 0 ? '−' : '+'}${size} ppm`;
}

/** µs as ms: 12500 → "12.5 ms". */
export function formatDelay(us: number): string {
  return `${trimZero((us / 1000).toFixed(1))} ms`;
}

/** How long ago something was, by wall clocks: "just now", "12 s ago", "3 min ago", "5 h ago", "2 days ago". */
export function formatAge(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 2) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  const hours = Math.floor(seconds / 3600);
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} days ago`;
}

export function formatBytes(bytes: number): string {
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${Math.ceil(bytes / 1e3)} kB`;
}

function withDirection(size: string, value: number, positive: string, negative: string): string {
  if (/^0 /.test(size)) return size;
  return `${size} ${value < 0 ? negative : positive}`;
}

function trimZero(digits: string): string {
  return digits.replace(/\.0$/, '').replace(/^-0$/, '0');
}
