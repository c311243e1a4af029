/** Every script of the project: `node scripts/run.ts <command>`. */

const commands: { readonly [name: string]: () => Promise<{ run(): Promise<void> }> } = {
  build: () => import('./build.ts'),
  fuzz: () => import('./fuzz.ts'),
  crash: () => import('./crash.ts'),
  'reference-config': () => import('./reference-config.ts'),
  'reference-sns': () => import('./reference-sns.ts'),
  'reference-sqs': () => import('./reference-sqs.ts'),
  simulate: () => import('./simulate.ts'),
  test: () => import('./test.ts'),
};

const [name = ''] = process.argv.slice(2);
const load = commands[name];
if (load === undefined) {
  const known = Object.keys(commands).join(', ');
  process.stderr.write(`No script "${name}". There are: ${known}.\n`);
  process.exitCode = 1;
} else {
  await (await load()).run();
}
