/** `npm run bench`: our own figures, or with `--peers` those of everyone. */
const compared = process.argv.some((arg) => arg === '--peers' || arg.startsWith('--peers='));
await import(compared ? './compare.ts' : './http.ts');
