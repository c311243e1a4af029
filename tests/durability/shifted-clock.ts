/**
 * Loaded before a program: its `Date.now` is the machine's plus the milliseconds in the file that
 * `CLOCK_SHIFT_FILE` names.
 */
import { readFileSync } from 'node:fs';

const path = process.env.CLOCK_SHIFT_FILE ?? '';
const machineNow = Date.now;
Date.now = () => machineNow() + Number(readFileSync(path, 'utf8'));
