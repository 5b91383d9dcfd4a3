export type { Place as Address } from '../daemon/net/discovery/place.ts';
