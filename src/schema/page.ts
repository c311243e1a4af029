/** What a person sees who opens a link to a call in a browser; `http` makes HTML of it. */

export interface Page {
  readonly title: string;
  readonly paragraphs: readonly string[];
  /** What it is about: names and values. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** What to do about it. */
  readonly link?: { readonly text: string; readonly url: string };
}
