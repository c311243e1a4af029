/** SequenceNumbers, as messages of FIFO queues and FIFO topics have them. */

const DIGITS = 20;

/** 20 digits that begin with 1, so that it grows both as a number and as text. */
export const sequenceNumber = (number: number): string =>
  `1${String(number).padStart(DIGITS - 1, '0')}`;
