/** How much the worker does at a time. */

export interface DeliveryLimits {
  /** Attempts at a time. */
  readonly total: number;
  /** Of them, to one party outside. */
  readonly perOutlet: number;
  /** The same while nobody answers there, so that many dead parties leave room for the others. */
  readonly perSilentOutlet: number;
  /** Parties with limits of their own. */
  readonly byOutlet: { readonly [outlet: string]: number };
  /** What is under way may take so much of the memory; then nothing more is claimed. */
  readonly bytes: number;
}

export const defaultLimits: DeliveryLimits = {
  total: 512,
  perOutlet: 32,
  perSilentOutlet: 4,
  byOutlet: { email: 5 },
  bytes: 64 * 1024 * 1024,
};
