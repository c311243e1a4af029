/** The texts that the table of options makes: `--help` and the configuration page. */
import { type CommandRow, commandNames, commands } from './command-table.ts';
import { flagOf, type Option, optionNames, options, variableOf } from './options.ts';

/** Flags that are not settings. */
const OTHER_FLAGS = [
  {
    flag: '--config FILE',
    help: 'File to read instead of ./waystation.yaml. WAYSTATION_CONFIG names it as well.',
  },
  { flag: '--help', help: 'Show this text.' },
  { flag: '--version', help: 'Show the version.' },
];

const COLUMNS = 100;
const FLAG_COLUMNS = 32;

interface Row {
  readonly flag: string;
  readonly variable: string;
  readonly key: string;
  readonly otherwise: string;
  readonly help: string;
}

const rows: readonly Row[] = optionNames.map((name) => {
  const option: Option<unknown> = options[name];
  return {
    flag: `--${flagOf(name)} ${option.placeholder}`.trimEnd(),
    variable: variableOf(name),
    key: flagOf(name),
    otherwise: option.default ?? option.otherwise ?? '',
    help: option.help,
  };
});

/** What `waystation --help` prints. */
export function helpText(): string {
  return [
    'Waystation: queues and topics that speak AWS, on your own machine.',
    '',
    'Usage: waystation [command] [options]',
    '',
    ...commandNames.flatMap((name) => {
      const { operand = '', help }: CommandRow = commands[name];
      return entry(`${name} ${operand}`.trimEnd(), help);
    }),
    '',
    ...rows.flatMap(({ flag, help, otherwise }) =>
      entry(flag, otherwise === '' ? help : `${help} (${otherwise})`),
    ),
    ...commandNames.flatMap((name) =>
      Object.entries(commands[name].switches).flatMap(([flag, help]) => entry(`--${flag}`, help)),
    ),
    ...OTHER_FLAGS.flatMap(({ flag, help }) => entry(flag, help)),
    '',
    'Each option may also stand in the environment (--data as WAYSTATION_DATA) or in',
    'waystation.yaml (as "data:"). Flags win over the environment, and that over the file.',
    '',
  ].join('\n');
}

/** A flag and, beside it, its help in lines that fit the screen. */
function entry(flag: string, help: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of help.split(' ')) {
    if (line !== '' && FLAG_COLUMNS + line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  const indent = ' '.repeat(FLAG_COLUMNS);
  const beside = `  ${flag}`.length < FLAG_COLUMNS;
  const first = `  ${flag}`.padEnd(FLAG_COLUMNS) + (beside ? lines.shift() : '');
  return [first.trimEnd(), ...lines.map((text) => indent + text)];
}

const PAGE_HEAD = `# Configuration

<!-- Made by \`node scripts/run.ts reference-config\`; change src/options.ts instead. -->

Waystation reads flags, environment variables and a file. Flags win over the environment, the
environment wins over the file, the file wins over the defaults. An option, a variable that begins
with \`WAYSTATION_\` or a key of the file that Waystation does not know is refused, with the name
that you probably meant. An empty variable counts as not given.

The file is \`waystation.yaml\` in the working folder, or the one that \`--config\` (or
\`WAYSTATION_CONFIG\`) names. Paths in the file count from the file's folder, other paths from the
working folder.

| Flag | Environment | File | Without it |
|---|---|---|---|
`;

const PAGE_TAIL = `
\`--help\` and \`--version\` are flags only.

## Queues that exist from the start

\`\`\`yaml
port: 4566
queues:
  - name: orders-failed
  - name: orders
    attributes:
      VisibilityTimeout: 60
      RedrivePolicy:
        deadLetterTargetArn: arn:aws:sqs:us-east-1:000000000000:orders-failed
        maxReceiveCount: 3
    tags:
      team: shop
  - name: payments.fifo
    region: eu-central-1
    account: "111122223333"
    attributes:
      FifoQueue: true
\`\`\`

Attributes have the names that
[CreateQueue](https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html)
gives them. A region is \`us-east-1\` and an account \`000000000000\` unless the entry says
otherwise. At each start a missing queue is created, and an existing one gets the attributes and
tags that the file names: the file wins over what was changed since. What the file does not mention
stays as it is, and no queue is ever deleted. When a declaration is refused, Waystation does not
start.

## Topics that exist from the start

\`\`\`yaml
queues:
  - name: bills
  - name: parcels.fifo
    attributes:
      FifoQueue: true
topics:
  - name: orders
    attributes:
      DisplayName: Orders
    tags:
      team: shop
    subscriptions:
      - protocol: sqs
        endpoint: bills
        attributes:
          RawMessageDelivery: true
          FilterPolicy:
            status: [paid, refunded]
      - protocol: http
        endpoint: http://localhost:8080/orders
  - name: parcels.fifo
    attributes:
      FifoTopic: true
      ContentBasedDeduplication: true
    subscriptions:
      - protocol: sqs
        endpoint: arn:aws:sqs:us-east-1:000000000000:parcels.fifo
\`\`\`

Attributes have the names that
[CreateTopic](https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html) and
[Subscribe](https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html) give them. The
protocols are those of Subscribe. A queue is named by its ARN, or by its name when it has the
topic's region and account; a name that is no queue's is refused.

The rules are those of queues: what is missing is made, the file wins, nothing is deleted, and
starting again changes nothing. A subscription that its endpoint must confirm (\`http\`, \`https\`,
\`email\`, \`email-json\`, a queue of another account) is asked for at each start until it is
confirmed. The links that it gets begin with \`public-url\`, else with the address on which
Waystation listens.
`;

/** The page docs/operating/configuration.md. */
export function configurationPage(): string {
  const table = rows.map(
    ({ flag, variable, key, otherwise }) =>
      `| \`${flag.replaceAll('|', '\\|')}\` | \`${variable}\` | \`${key}:\` | ${otherwise} |\n`,
  );
  const texts = rows.map(({ key, help }) => `\n## \`${key}\`\n\n${help}\n`);
  return PAGE_HEAD + table.join('') + texts.join('') + PAGE_TAIL;
}
