/** What runs here, for somebody who opened it in a browser. */
export const HOME = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Greenroom</title>
  </head>
  <body>
    <main>
      <h1>Greenroom</h1>
      <p>The demo of Greenroom, a realtime framework with rooms for NestJS, runs here. It has no pages yet.</p>
      <dl>
        <dt><code>POST /api/login</code></dt>
        <dd>A token for a name: <code>{ "name": "Ann" }</code>.</dd>
        <dt>WebSocket <code>/ws</code></dt>
        <dd>A chat for whoever has a WebSocket: <code>new WebSocket('ws://localhost:8000/ws')</code>.</dd>
        <dt><a href="/healthz"><code>/healthz</code></a>, <a href="/readyz"><code>/readyz</code></a></dt>
        <dd>Whether it is alive, and whether it takes traffic.</dd>
      </dl>
      <p>How to use it stands in <code>README.md</code>, more in <code>docs/</code> of the repository.</p>
    </main>
  </body>
</html>
`;
