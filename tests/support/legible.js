// What somebody cannot read or reach: words and buttons that are cut off where nothing can be scrolled, and words under others.
const found = [], words = [];
const place = (r) => [r.left, r.top, r.right, r.bottom].map(Math.round).join(' ');
const up = function* (e) { for (; e && e !== document.body; e = e.parentElement) yield e; };
const nameOf = (e) => `${e.tagName.toLowerCase()}.${e.className} of ${[...up(e)].map((one) => one.dataset.testid).find((id) => id && !/ward-p|vigil-|alarm-/.test(id)) ?? 'the page'}`;

/** What is seen of a box; null where it is scrolled away. A box that is cut is told of. */
function look(own, box) {
  const seen = { left: box.left, top: box.top, right: box.right, bottom: box.bottom };
  let cut = false, away = false, floats = '';
  for (const e of up(own)) {
    const s = getComputedStyle(e);
    // What is placed by an element further out is cut by none that lies between.
    const places = s.transform !== 'none' || /paint|strict|content|layout/.test(s.contain) || (floats === 'absolute' && s.position !== 'static');
    if (floats && !places) continue;
    floats = /absolute|fixed/.test(s.position) ? s.position : '';
    if (e === own && e.tagName === 'BUTTON') continue;
    if (s.overflowX === 'visible' && s.overflowY === 'visible' && !/paint|strict|content/.test(s.contain)) continue;
    const c = e.getBoundingClientRect();
    const down = /auto|scroll/.test(s.overflowY) && e.scrollHeight > e.clientHeight + 1;
    // Nobody looks for a button to the right of a list that goes down; a table of hours goes to the side.
    const across = e.classList.contains('flow');
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
  if (cut) found.push(`cut: ${nameOf(own)} at ${place(box)}`);
  return away || cut ? null : seen;
}

const isShown = (style) => style.visibility !== 'hidden' && style.display !== 'none';
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode, own = node.parentElement;
  if (!node.textContent.trim() || own.closest('script, style, option, svg, .sr') || !isShown(getComputedStyle(own))) continue;
  const range = document.createRange();
  range.selectNodeContents(node);
  for (const box of range.getClientRects()) {
    const seen = box.width < 1 ? null : look(own, box);
    if (seen) words.push({ own, seen, stays: [...up(own)].some((e) => getComputedStyle(e).position === 'sticky') });
  }
}
for (const button of document.querySelectorAll('button')) {
  const box = button.getBoundingClientRect();
  if (box.width > 1 && isShown(getComputedStyle(button))) look(button, box);
}
for (let a = 0; a < words.length; a++) {
  for (let b = a + 1; b < words.length; b++) {
    // What scrolls goes under what stays.
    if (words[a].stays || words[b].stays) continue;
    const [x, y] = [words[a].seen, words[b].seen];
    const wide = Math.min(x.right, y.right) - Math.max(x.left, y.left), high = Math.min(x.bottom, y.bottom) - Math.max(x.top, y.top);
    if (wide > 1 && high > 4) found.push(`over each other: ${nameOf(words[a].own)} at ${place(x)}, ${nameOf(words[b].own)} at ${place(y)}`);
  }
}
return found;
