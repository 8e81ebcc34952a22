// The pages of the documentation, taken apart: their blocks of code, commands, headings, links.
import { readdirSync, readFileSync } from 'node:fs';

export interface Page {
  /** From the root of the project, such as `docs/orders.md`. */
  readonly path: string;
  readonly text: string;
  /** Code blocks with a language, in order. */
  readonly blocks: readonly { readonly language: string; readonly code: string }[];
}

const ROOT = new URL('../../', import.meta.url);

export function readPages(): readonly Page[] {
  const docs = readdirSync(new URL('docs/', ROOT)).filter((file) => file.endsWith('.md'));
  return ['README.md', ...docs.sort().map((file) => `docs/${file}`)].map((path) => {
    const text = readFileSync(new URL(path, ROOT), 'utf8');
    const blocks = [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', code = '']) => ({
      language,
      code,
    }));
    return { path, text, blocks };
  });
}

/** Commands of a shell block, one for each, without comments. Knows quotes, continued lines and `&&`. */
export function commandsOf(code: string): string[] {
  const commands: string[] = [];
  let command = '';
  let quote = '';
  const end = () => {
    if (command.trim() !== '') commands.push(command.trim());
    command = '';
  };
  for (let at = 0; at < code.length; at += 1) {
    const char = code[at] ?? '';
    if (quote !== '') {
      if (char === quote) quote = '';
      command += char;
    } else if (char === '\\' && code[at + 1] === '\n') {
      command += ' ';
      at += 1;
    } else if (char === '#' && /(^|\s)$/.test(command)) {
      while (at + 1 < code.length && code[at + 1] !== '\n') at += 1;
    } else if (char === '\n') end();
    else if (char === '&' && code[at + 1] === '&') {
      end();
      at += 1;
    } else {
      if (char === "'" || char === '"') quote = char;
      command += char;
    }
  }
  end();
  return commands;
}

/** Addresses of the links that stay within the project, pictures included. */
export function linksOf({ text }: Page): string[] {
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^\w+:/.test(target));
}

/** Anchors of the headings, as they are made on GitHub. */
export function anchorsOf(text: string): string[] {
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '');
  return [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-'),
  );
}
