/** In the page itself, which so needs no other host. */
export const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; }
header { display: flex; flex-wrap: wrap; gap: .5rem 1rem; justify-content: space-between; align-items: center;
  padding: .75rem 1.5rem; background: #24292f; color: #fff; }
header a { color: #9ecbff; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem 1.5rem; display: grid; gap: 0 2rem;
  grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); }
main > h1, main > p { grid-column: 1 / -1; }
h1, h2 { font-weight: 600; line-height: 1.2; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
dd { margin: 0; }
blockquote { margin: 0 0 1.25rem; padding-left: 1rem; border-left: 4px solid #8888; }
blockquote p { margin: 0; }
small::before { content: "— "; }
font { font-size: 1.25rem; letter-spacing: .1rem; display: block; background: #fff; width: max-content; padding: 0 .25rem; }
.served { color: #888; font-size: .85rem; }
`;
