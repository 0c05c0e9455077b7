import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { Chromium, DESKTOP, PHONE, type Visitor } from './kit/browser.js';
import { becomes } from './kit/becomes.js';
import { ClusterCommand } from './kit/cluster-command.js';
import { Servers } from './kit/server.js';

const servers = new Servers();
const chromium = new Chromium();
let cluster: ClusterCommand;
beforeAll(async () => {
  [cluster] = await Promise.all([ClusterCommand.start(servers), chromium.start()]);
}, 90_000);
afterAll(async () => {
  await chromium.close();
  await cluster.server.stop();
  await servers.close();
}, 30_000);

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
      await visitor.page.emulateMedia({ colorScheme });
      const dress = `cluster-${name}-${size}-${colorScheme}`;
      await visitor.screenshot(dress);
      const faults = [...(await visitor.faults()), ...(await visitor.widerThanItsWindow())];
      found.push(...faults.map((fault) => `${dress}: ${fault}`));
    }
  }
  await visitor.page.setViewportSize(DESKTOP);
};

const NODES = ['node-1', 'node-2', 'node-3'];
const START_MS = 60_000;
const ROOM = 'chat/foyer';

const card = (page: Page, node: string) => page.getByRole('article', { name: node });
const condition = (page: Page, node: string) => card(page, node).locator('.status').innerText();
const conditions = (page: Page) => Promise.all(NODES.map((node) => condition(page, node)));
const roomsOf = async (page: Page, node: string): Promise<string[]> => {
  const rooms = await card(page, node).getByRole('listitem').allInnerTexts();
  return rooms.map((text) => text.split(/\s/, 1).join());
};
const ownerOf = async (page: Page, room: string): Promise<string | undefined> => {
  for (const node of NODES) if ((await roomsOf(page, node)).includes(room)) return node;
  return undefined;
};
const figure = (page: Page, name: string) =>
  page.getByRole('region', { name: 'Guests' }).locator(`dt:text-is("${name}") + dd`).innerText();

it('whose room is whose is shown, and when its node is killed that another has it, how soon, and that nobody lost anything', async () => {
  const visitor = await chromium.visitor();
  const { page } = visitor;
  await page.goto(cluster.page);
  await becomes(() => conditions(page), ['Ready', 'Ready', 'Ready'], START_MS);
  await becomes(async () => (await Promise.all(NODES.map((node) => roomsOf(page, node)))).flat().length, 6, START_MS);
  expect(await page.getByRole('link', { name: 'Open the chat' }).getAttribute('href')).toBe(`${cluster.chat}/`);
  await look('1-all-well', visitor);

  const owner = (await ownerOf(page, ROOM)) ?? '';
  await page.getByRole('button', { name: `Kill -9 ${owner}` }).click();
  await becomes(() => condition(page, owner), 'Killed');
  await becomes(() => ownerOf(page, ROOM), expect.not.stringMatching(owner));
  const next = await ownerOf(page, ROOM);
  const story = page.getByRole('log', { name: 'What has happened' });
  await becomes(
    () => story.innerText(),
    expect.stringMatching(new RegExp(`${ROOM} went from ${owner} to ${next}: next acknowledged after`)),
  );
  await look('2-taken-over', visitor);
  expect(await figure(page, 'Failed')).toBe('0');

  await page.getByRole('button', { name: `Start ${owner}` }).click();
  await becomes(() => conditions(page), ['Ready', 'Ready', 'Ready'], START_MS);
  await page.getByRole('button', { name: `Stop ${owner}` }).click();
  await becomes(() => condition(page, owner), 'Stopped');
  await page.getByRole('button', { name: `Freeze ${next}` }).click();
  await becomes(() => condition(page, next ?? ''), 'Frozen');
  await look('3-stopped-and-frozen', visitor);
  await page.getByRole('button', { name: `Thaw ${next}` }).click();
  await becomes(() => condition(page, next ?? ''), 'Ready');

  const redis = page.getByRole('region', { name: 'Redis' });
  await redis.getByRole('button', { name: 'Kill -9 Redis' }).click();
  await becomes(() => redis.locator('.status').innerText(), 'Down');
  await redis.getByRole('button', { name: 'Start Redis' }).click();
  await becomes(() => redis.locator('.status').innerText(), 'Up');
  const before = Number.parseInt(await figure(page, 'Acknowledged'), 10);
  await becomes(async () => Number.parseInt(await figure(page, 'Acknowledged'), 10) > before, true, START_MS);
  expect(await figure(page, 'Failed')).toBe('0');
}, 180_000);

it('the chat through the load balancer shows what the guests say', async () => {
  const visitor = await chromium.visitor();
  const { page } = visitor;
  await page.goto(`${cluster.chat}/`);
  await page.getByRole('textbox', { name: 'Name' }).fill('Ann');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.goto(`${cluster.chat}/#foyer`);
  await page.getByRole('log').getByText(/./).first().waitFor();
}, 60_000);
