import type { Issue } from '@greenroom/rooms';

/** At most so many are told; a payload of a client's may have thousands wrong. */
const MOST = 20;

const isIssue = (item: unknown): item is { message: string; path?: unknown } =>
  typeof item === 'object' && item !== null && 'message' in item && typeof item.message === 'string';

const toPath = (path: unknown): (string | number)[] =>
  Array.isArray(path)
    ? path.map((part: unknown) => {
        const key: unknown = typeof part === 'object' && part !== null && 'key' in part ? part.key : part;
        return typeof key === 'number' ? key : String(key);
      })
    : [];

/** class-validator's: `{ property, constraints: { isEmail: 'email must be ...' }, children }`. */
interface PropertyError {
  readonly property: string;
  readonly constraints?: Readonly<Record<string, string>>;
  readonly children?: readonly unknown[];
}
const isPropertyError = (item: unknown): item is PropertyError =>
  typeof item === 'object' && item !== null && 'property' in item && typeof item.property === 'string';

const toIssues = (item: unknown, path: readonly string[] = []): Issue[] => {
  if (typeof item === 'string') return [{ path, message: item }];
  if (isPropertyError(item)) {
    const here = [...path, item.property];
    const own = Object.values(item.constraints ?? {}).map((message) => ({ path: here, message }));
    return [...own, ...(item.children ?? []).flatMap((child) => toIssues(child, here))];
  }
  return isIssue(item) ? [{ path: [...path, ...toPath(item.path)], message: item.message }] : [];
};

/**
 * What is wrong with a payload, from the forms validation libraries and Nest's pipes tell it in: a list of sentences, of
 * zod's or Standard Schema's issues, or of class-validator's errors, or any of these under `issues`, `errors`, `message`.
 * @returns `undefined` when nothing of the kind is found
 */
export const issuesIn = (source: unknown): Issue[] | undefined => {
  if (Array.isArray(source)) {
    const issues = source.slice(0, MOST).flatMap((item) => toIssues(item));
    return issues.length === 0 ? undefined : issues.slice(0, MOST);
  }
  if (typeof source !== 'object' || source === null) return undefined;
  const { issues, errors, message } = source as Record<string, unknown>;
  return issuesIn(issues) ?? issuesIn(errors) ?? (Array.isArray(message) ? issuesIn(message) : undefined);
};
