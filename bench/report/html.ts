/** Markup that is not escaped again. */
export class Html {
  constructor(readonly markup: string) {}
}

type Content = Html | string | number | readonly Content[];

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const markupOf = (content: Content): string => {
  if (content instanceof Html) return content.markup;
  if (typeof content === 'string' || typeof content === 'number') return escape(String(content));
  return content.map(markupOf).join('');
};

/** Text in it is escaped, markup is not. */
export const html = (strings: TemplateStringsArray, ...contents: readonly Content[]): Html =>
  new Html(strings.map((string, i) => string + markupOf(contents[i] ?? '')).join(''));
