#!/usr/bin/env node
// node deploy/run.js FILE.ts [args]: sets Jam up if need be, then becomes FILE.ts on the right Node.
import { resolve } from 'node:path';
import { become, fail } from './runtime.js';
import { setup } from './setup.js';

const [file, ...args] = process.argv.slice(2);
if (!file) fail('usage: node deploy/run.js FILE.ts [args]');
setup();
become(resolve(file), args);
