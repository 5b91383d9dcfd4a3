#!/usr/bin/env node
import { launch } from '../runtime.js';

await launch('controller/main.ts');
