#!/usr/bin/env node
import { launch } from '../runtime.js';

await launch('daemon/coordinator/main.ts');
