/** Of the page of results. Greenroom has the two strong colours, what it is held against is quiet. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fbfbf9; --card: #ffffff; --ink: #1c2320; --quiet: #5b6660; --rule: #dfe4e0;
  --greenroom: #11734b; --greenroom-ws: #3ba776; --limit: #8a938e; --peer: #a9b2ad; --socketio: #b4602a; --bad: #a8321f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #141816; --card: #1c221f; --ink: #e8ece9; --quiet: #9da8a2; --rule: #303834;
    --greenroom: #4cc38a; --greenroom-ws: #2d8f63; --limit: #7d8882; --peer: #56615b; --socketio: #d98a52; --bad: #ef8a76;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 32px 20px 64px; }
h1 { margin: 0 0 8px; font-size: 28px; line-height: 1.2; }
h2 { margin: 48px 0 4px; font-size: 20px; }
h2 span { color: var(--quiet); font-weight: 400; margin-right: 8px; }
h3 { margin: 0 0 8px; font-size: 14px; font-weight: 600; }
p { margin: 0 0 16px; max-width: 76ch; }
.quiet { color: var(--quiet); font-size: 14px; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); gap: 16px; }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 14px 16px; min-width: 0; }
.card.wide { max-width: 720px; }
svg { display: block; width: 100%; height: auto; overflow: visible; font: 14px system-ui, sans-serif; }
svg text { fill: var(--ink); dominant-baseline: central; }
svg .tick, svg .axis { fill: var(--quiet); font-size: 12px; }
svg .value { font-variant-numeric: tabular-nums; }
.grid { stroke: var(--rule); }
.spread { stroke: var(--ink); stroke-width: 1.5; opacity: 0.55; }
.greenroom-socketio { --colour: var(--greenroom); }
.greenroom-ws { --colour: var(--greenroom-ws); }
.limit { --colour: var(--limit); }
.nest, .ws, .colyseus, .socketio { --colour: var(--peer); }
.line.socketio, .legend .socketio { --colour: var(--socketio); }
.bar rect { fill: var(--colour); }
.line path { fill: none; stroke: var(--colour); stroke-width: 2; }
.line circle { fill: var(--colour); }
.line.limit path { stroke-dasharray: 5 4; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 8px 0 0; padding: 0; list-style: none; font-size: 13px; }
.legend li::before { content: ''; display: inline-block; width: 14px; height: 3px; margin-right: 6px; vertical-align: middle; background: var(--colour); }
.scroll { overflow-x: auto; }
table { white-space: nowrap; border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 12px 6px 0; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: top; }
th { color: var(--quiet); font-weight: 600; }
details { margin-top: 12px; }
summary { cursor: pointer; color: var(--quiet); font-size: 14px; }
.no { color: var(--bad); font-weight: 600; }
@media (max-width: 640px) {
  .targets table { white-space: normal; font-size: 12px; }
  .targets :is(th, td) { padding-right: 6px; }
  .wide svg :is(.tick, .axis) { font-size: 22px; }
}
`;
