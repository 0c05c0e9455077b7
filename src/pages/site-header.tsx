import type { ComponentChildren } from 'preact';

/** A page's address, and what it is called. */
type Link = readonly [href: string, name: string];

const PAGES = [
  ['/', 'Chat'],
  ['/open-chat', 'Open chat'],
] as const satisfies readonly Link[];

/** On top of every page. `children`: what this page has to say there. */
export const SiteHeader = ({ at, children }: { at: (typeof PAGES)[number][0]; children?: ComponentChildren }) => (
  <Header home="/" pages={PAGES} at={at}>
    {children}
  </Header>
);

/** The same for a page that another server has, and whose way to these is longer. */
export const Header = ({
  home,
  pages,
  at,
  children,
}: {
  home: string;
  pages: readonly Link[];
  at: string;
  children?: ComponentChildren;
}) => (
  <header class="site-header">
    <a class="brand" href={home}>
      <Mark />
      <span>Greenroom</span>
    </a>
    <nav class="site-nav" aria-label="Pages">
      {pages.map(([href, name]) => (
        <a key={href} href={href} aria-current={href === at ? 'page' : undefined}>
          {name}
        </a>
      ))}
    </nav>
    <div class="site-side">{children}</div>
  </header>
);

/** A door that stands ajar. */
const Mark = () => (
  <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
    <path class="mark-frame" d="M5 21V4.5A1.5 1.5 0 0 1 6.5 3h11A1.5 1.5 0 0 1 19 4.5V21" />
    <path class="mark-door" d="M9 5.2 16 3v18l-7-2.2z" />
    <circle class="mark-knob" cx="11.2" cy="12.2" r="1" />
  </svg>
);
