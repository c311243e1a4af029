/**
 * Everyone who is compared. Each runs in its default configuration; said are only the port, where
 * its data goes and, for variants, the store.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer, Place } from './peer.ts';

const bench = join(import.meta.dirname, '..');

export const BARE = 'bare';
/** Whom the other figures are compared with. */
export const OURS = 'waystation';

function waystation(name: string, title: string, flags: readonly string[]): Peer {
  return {
    name,
    title,
    command: ({ port, dataFolder }) => ({
      file: process.execPath,
      args: [
        '--max-semi-space-size=16',
        join(bench, '..', 'bin', 'waystation.mjs'),
        ...['--port', String(port), '--data', dataFolder, ...flags],
      ],
    }),
  };
}

const fauxqsSource = { registry: 'npm', name: 'fauxqs', version: '2.4.1' } as const;
const fauxqsFile = ({ folder }: Place) => join(folder, 'node_modules', '.bin', 'fauxqs');

export const peers: readonly Peer[] = [
  {
    name: BARE,
    title: 'bare node:http',
    bare: true,
    command: ({ port }) => ({
      file: process.execPath,
      args: [join(bench, 'bare-server.ts'), String(port)],
    }),
  },
  // What durability costs by itself.
  {
    name: 'bare-syncing',
    title: 'bare node:http that appends and syncs',
    bare: true,
    command: ({ port, dataFolder }) => ({
      file: process.execPath,
      args: [join(bench, 'syncing-server.ts'), String(port), dataFolder],
    }),
  },
  waystation(OURS, 'Waystation, SQLite, full', []),
  waystation('waystation-relaxed', 'Waystation, SQLite, relaxed', ['--durability', 'relaxed']),
  waystation('waystation-memory', 'Waystation, memory', ['--store', 'memory']),
  {
    name: 'fauxqs',
    title: 'fauxqs, memory',
    source: fauxqsSource,
    command: (place) => ({
      file: process.execPath,
      args: [fauxqsFile(place)],
      environment: { FAUXQS_PORT: String(place.port) },
    }),
  },
  {
    name: 'fauxqs-sqlite',
    title: 'fauxqs, SQLite',
    source: fauxqsSource,
    // Its command line keeps everything in memory whatever the variables say, so it is embedded.
    command: ({ folder, port, dataFolder }) => {
      const module = join(folder, 'node_modules', 'fauxqs', 'dist', 'app.js');
      const start = `startFauxqs(${JSON.stringify({ port, dataDir: dataFolder })})`;
      const program = `import(${JSON.stringify(module)}).then((m) => m.${start})`;
      return { file: process.execPath, args: ['-e', program] };
    },
  },
  {
    name: 'elasticmq',
    title: 'ElasticMQ',
    source: {
      registry: 'Maven Central',
      group: 'org.elasticmq',
      name: 'elasticmq-server_2.13',
      version: '1.7.1',
    },
    command: ({ folder, port }) => ({
      file: 'java',
      args: [
        `-Drest-sqs.bind-port=${port}`,
        '-Drest-stats.bind-port=0',
        ...['-cp', join(folder, 'lib', '*'), 'org.elasticmq.server.Main'],
      ],
    }),
  },
  {
    name: 'goaws',
    title: 'GoAWS',
    source: {
      registry: 'Go modules',
      name: 'github.com/Admiral-Piett/goaws/app/cmd',
      version: 'v0.5.3',
    },
    command: ({ folder, port, dataFolder }) => {
      const file = join(dataFolder, 'goaws.yaml');
      writeFileSync(
        file,
        `Local:\n  Host: localhost\n  Port: ${port}\n  Region: us-east-1\n` +
          '  AccountId: "000000000000"\n',
      );
      return { file: join(folder, 'cmd'), args: ['-config', file, 'Local'] };
    },
  },
  {
    name: 'smoothmq',
    title: 'SmoothMQ',
    source: { registry: 'Go modules', name: 'github.com/poundifdef/smoothmq', version: 'v0.1.4' },
    fixedPort: 3001,
    command: ({ folder }) => ({ file: join(folder, 'smoothmq'), args: ['server'] }),
  },
  {
    name: 'ministack',
    title: 'MiniStack',
    source: { registry: 'PyPI', name: 'ministack', version: '1.5.33' },
    command: ({ folder, port }) => ({
      file: join(folder, 'bin', 'ministack'),
      args: [],
      environment: { GATEWAY_PORT: String(port) },
    }),
  },
  {
    name: 'moto',
    title: 'moto server',
    source: { registry: 'PyPI', name: 'moto', extra: 'server', version: '5.2.5' },
    command: ({ folder, port }) => ({
      file: join(folder, 'bin', 'moto_server'),
      args: ['-p', String(port)],
    }),
  },
  {
    name: 'localstack',
    title: 'LocalStack 4.14.0, host mode',
    // The last version that needs no account. Newer releases of three of its dependencies break it.
    source: {
      registry: 'PyPI',
      name: 'localstack-core',
      extra: 'runtime',
      version: '4.14.0',
      constraints: ['cbor2<5.9', 'pyopenssl<26', 'service-identity'],
      pythons: ['python3.13', 'python3.12'],
    },
    command: ({ folder, port, dataFolder }) => ({
      file: join(folder, 'bin', 'python'),
      args: ['-m', 'localstack.runtime.main'],
      environment: {
        GATEWAY_LISTEN: `127.0.0.1:${port}`,
        FILESYSTEM_ROOT: dataFolder,
        // Nothing outside this machine is asked, and its own name server stays as it is.
        DNS_ADDRESS: '0',
        DISABLE_EVENTS: '1',
        SKIP_SSL_CERT_DOWNLOAD: '1',
      },
    }),
  },
];
