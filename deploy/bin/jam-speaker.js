#!/usr/bin/env node
import { launch } from '../runtime.js';

await launch('daemon/speaker/main.ts');
