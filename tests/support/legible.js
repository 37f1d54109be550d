// Words of the page that somebody cannot read: cut off where nothing can be scrolled, or lying over others.
const found = [], words = [];
const place = (r) => [r.left, r.top, r.right, r.bottom].map(Math.round).join(' ');
const up = function* (e) { for (; e && e !== document.body; e = e.parentElement) yield e; };
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode, own = node.parentElement, style = getComputedStyle(own);
  if (!node.textContent.trim() || own.closest('script, style, option, svg, .sr')) continue;
  if (style.visibility === 'hidden' || style.display === 'none') continue;
  const name = `${own.tagName.toLowerCase()}.${own.className} of ${[...up(own)].map((e) => e.dataset.testid).find((id) => id && !/ward-p|vigil-|alarm-/.test(id)) ?? 'the page'}`;
  const range = document.createRange();
  range.selectNodeContents(node);
  for (const box of range.getClientRects()) {
    if (box.width < 1) continue;
    const seen = { left: box.left, top: box.top, right: box.right, bottom: box.bottom };
    let cut = false, away = false;
    for (const e of up(own)) {
      const s = getComputedStyle(e);
      if (s.overflowX === 'visible' && s.overflowY === 'visible' && !/paint|strict|content/.test(s.contain)) continue;
      const c = e.getBoundingClientRect();
      const down = /auto|scroll/.test(s.overflowY) && e.scrollHeight > e.clientHeight + 1;
      const across = /auto|scroll/.test(s.overflowX) && e.scrollWidth > e.clientWidth + 1;
      const shortened = s.textOverflow === 'ellipsis';
      if (seen.bottom <= c.top + 1 || seen.top >= c.bottom - 1 || seen.right <= c.left || seen.left >= c.right) {
        away = true;
        cut = !down && !across && !shortened;
        break;
      }
      cut ||= !across && !shortened && (seen.right > c.right + 1 || seen.left < c.left - 1);
      cut ||= !down && (seen.bottom > c.bottom + 3 || seen.top < c.top - 3);
      seen.left = Math.max(seen.left, c.left);
      seen.top = Math.max(seen.top, c.top);
      seen.right = Math.min(seen.right, c.right);
      seen.bottom = Math.min(seen.bottom, c.bottom);
    }
    cut ||= !away && (seen.right > innerWidth + 1 || seen.left < -1);
    if (cut) found.push(`cut: ${name} at ${place(box)}`);
    else if (!away) words.push({ name, seen, stays: [...up(own)].some((e) => getComputedStyle(e).position === 'sticky') });
  }
}
for (let a = 0; a < words.length; a++) {
  for (let b = a + 1; b < words.length; b++) {
    // What scrolls goes under what stays.
    if (words[a].stays || words[b].stays) continue;
    const [x, y] = [words[a].seen, words[b].seen];
    const wide = Math.min(x.right, y.right) - Math.max(x.left, y.left), high = Math.min(x.bottom, y.bottom) - Math.max(x.top, y.top);
    if (wide > 1 && high > 4) found.push(`over each other: ${words[a].name} at ${place(x)}, ${words[b].name} at ${place(y)}`);
  }
}
return found;
