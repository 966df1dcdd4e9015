/**
 * Fetches the page now and then, and replaces what has changed: readers keep their place, selection and focus. A
 * request each time rather than an open stream: the status server ends every connection after a minute, so that slow
 * clients do not block health checks. Without scripts the page reloads itself instead.
 */
export const script = `(() => {
  const notice = document.getElementById('notice');
  async function look() {
    if (!document.hidden) {
      try {
        const response = await fetch(location.pathname, { cache: 'no-store' });
        if (!response.ok) throw new Error();
        const next = new DOMParser().parseFromString(await response.text(), 'text/html');
        document.title = next.title;
        for (const part of next.querySelectorAll('[data-live]')) {
          const here = document.getElementById(part.id);
          if (here && here.innerHTML !== part.innerHTML) here.replaceChildren(...part.childNodes);
        }
        notice.textContent = '';
      } catch {
        notice.textContent = 'This page can no longer be updated: the server does not answer.';
      }
    }
    setTimeout(look, 10000);
  }
  setTimeout(look, 10000);
})()`;
