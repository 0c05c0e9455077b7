import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { Chromium, DESKTOP, PHONE, type Visitor } from './kit/browser.js';
import { becomes } from './kit/becomes.js';
import { ClusterCommand } from './kit/cluster-command.js';
import { Servers } from './kit/server.js';

/** Processes start, and end, and find each other again, on whatever else the machine has to do. */
const PROCESSES_MS = 60_000;

const servers = new Servers();
const chromium = new Chromium();
let cluster: ClusterCommand;
beforeAll(async () => {
  [cluster] = await Promise.all([ClusterCommand.start(servers), chromium.start()]);
});
afterAll(async () => {
  await chromium.close();
  await cluster.server.stop(PROCESSES_MS);
  await servers.close();
});

/** What was found at the looks. */
const found: string[] = [];
afterEach(async () => {
  await chromium.leave();
  // After all pictures were taken: one fault hides no other.
  expect(found.splice(0)).toEqual([]);
});

/** The page as it is, in every dress. */
const look = async (name: string, visitor: Visitor): Promise<void> => {
  for (const [size, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    await visitor.page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark'] as const) {
      // What moves from one colour to another has neither.
      await visitor.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const dress = `cluster-${name}-${size}-${colorScheme}`;
      await visitor.screenshot(dress);
      const faults = [...(await visitor.faults()), ...(await visitor.widerThanItsWindow())];
      found.push(...faults.map((fault) => `${dress}: ${fault}`));
    }
  }
  await visitor.page.setViewportSize(DESKTOP);
};

const NODES = ['node-1', 'node-2', 'node-3'];
const ROOM = 'chat/foyer';

const card = (page: Page, node: string) => page.getByRole('article', { name: node });
const condition = (page: Page, node: string) => card(page, node).locator('.status').innerText();
const conditions = (page: Page) => Promise.all(NODES.map((node) => condition(page, node)));
/** `<node> <room>`, at one look: a room may go from one to another between two. */
const owned = async (page: Page): Promise<string[]> =>
  page.evaluate(`[...document.querySelectorAll('article[data-gone=false]')].flatMap((node) =>
    [...node.querySelectorAll('.rooms li')].map((room) => node.querySelector('h2').textContent + ' ' + room.innerText.split(/\\s/)[0]))`);
const ownerOf = async (page: Page, room: string): Promise<string> => {
  const line = (await owned(page)).find((each) => each.endsWith(` ${room}`));
  return line?.split(' ')[0] ?? 'nobody';
};
const figure = (page: Page, name: string) =>
  page.getByRole('region', { name: 'Guests' }).locator(`dt:text-is("${name}") + dd`).innerText();

it('whose room is whose is shown, and when its node is killed that another has it, how soon, and that nobody lost anything', async () => {
  const visitor = await chromium.visitor();
  const { page } = visitor;
  await page.goto(cluster.page);
  await becomes(() => conditions(page), ['Ready', 'Ready', 'Ready'], PROCESSES_MS);
  await becomes(async () => (await owned(page)).length, 6, PROCESSES_MS);
  expect(await page.getByRole('link', { name: 'Open the chat' }).getAttribute('href')).toBe(`${cluster.chat}/`);
  await look('1-all-well', visitor);

  await becomes(() => ownerOf(page, ROOM), expect.stringMatching(/^node-/));
  const owner = await ownerOf(page, ROOM);
  await page.getByRole('button', { name: `Kill -9 ${owner}` }).click();
  await becomes(() => condition(page, owner), 'Killed');
  const told = new RegExp(`${ROOM} went from ${owner} to (\\S+): next acknowledged after`);
  const story = page.getByRole('log', { name: 'What has happened' });
  await becomes(() => story.innerText(), expect.stringMatching(told), PROCESSES_MS);
  const next = told.exec(await story.innerText())?.[1] ?? '';
  await becomes(() => ownerOf(page, ROOM), next);
  await look('2-taken-over', visitor);
  expect(await figure(page, 'Failed')).toBe('0');

  await page.getByRole('button', { name: `Start ${owner}` }).click();
  await becomes(() => conditions(page), ['Ready', 'Ready', 'Ready'], PROCESSES_MS);
  await page.getByRole('button', { name: `Stop ${owner}` }).click();
  await becomes(() => condition(page, owner), 'Stopped', PROCESSES_MS);
  await page.getByRole('button', { name: `Freeze ${next}` }).click();
  await becomes(() => condition(page, next), 'Frozen');
  await look('3-stopped-and-frozen', visitor);
  await page.getByRole('button', { name: `Thaw ${next}` }).click();
  await becomes(() => condition(page, next), 'Ready', PROCESSES_MS);

  const redis = page.getByRole('region', { name: 'Redis' });
  await redis.getByRole('button', { name: 'Kill -9 Redis' }).click();
  await becomes(() => redis.locator('.status').innerText(), 'Down');
  await redis.getByRole('button', { name: 'Start Redis' }).click();
  await becomes(() => redis.locator('.status').innerText(), 'Up', PROCESSES_MS);
  const before = Number.parseInt(await figure(page, 'Acknowledged'), 10);
  await becomes(async () => Number.parseInt(await figure(page, 'Acknowledged'), 10) > before, true, PROCESSES_MS);
  expect(await figure(page, 'Failed')).toBe('0');
}, 300_000);

it('the chat through the load balancer shows what the guests say', async () => {
  const visitor = await chromium.visitor();
  const { page } = visitor;
  await page.goto(`${cluster.chat}/`);
  await page.getByRole('textbox', { name: 'Name' }).fill('Ann');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.goto(`${cluster.chat}/#foyer`);
  await page.getByRole('log').getByRole('article').first().waitFor();
});
