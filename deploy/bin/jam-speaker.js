#!/usr/bin/env node
import { launch } from '../runtime.js';

// Its real-time thread must not wait for helpers of V8: see docs/decisions/0012-no-helper-threads.md.
await launch('daemon/speaker/main.ts', ['--single-threaded']);
