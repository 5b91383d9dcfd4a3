import * as v from 'valibot';
import { id, number, protocol } from './checks.ts';

export const clockRequest = v.object({ protocol, t1Us: number });
export const clockReply = v.object({ protocol, t1Us: number, t2Us: number, t3Us: number, clockId: id });
