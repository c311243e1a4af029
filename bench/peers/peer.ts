/** A server that the comparison starts: where it comes from and how it is run. */

/** A program from a package registry, pinned. */
export type Source =
  | { readonly registry: 'npm'; readonly name: string; readonly version: string }
  | {
      readonly registry: 'PyPI';
      readonly name: string;
      readonly version: string;
      readonly extra?: string;
      /** What else the same environment needs, as pip writes it. */
      readonly constraints?: readonly string[];
      /** Interpreters to look for, best first. */
      readonly pythons?: readonly string[];
    }
  | {
      readonly registry: 'Maven Central';
      readonly group: string;
      readonly name: string;
      readonly version: string;
    }
  | {
      readonly registry: 'Go modules';
      readonly name: string;
      readonly version: string;
    };

/** What a command is made for. `folder` is where the source was installed. */
export interface Place {
  readonly folder: string;
  readonly port: number;
  /** Empty at each start, removed after it. */
  readonly dataFolder: string;
}

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Peer {
  /** As `--peers` names it. */
  readonly name: string;
  readonly title: string;
  readonly source?: Source;
  /** A measure: it answers anything, and holds nothing. */
  readonly bare?: boolean;
  /** Where it cannot be told another one. */
  readonly fixedPort?: number;
  command(place: Place): Command;
}
