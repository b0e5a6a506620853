// An archive goes to the Api in one piece; what is in it is brought in there, and told by the page.
import { ticketFor } from './tickets.js';

document.addEventListener('change', event => {
  const input = event.target instanceof HTMLInputElement && event.target.matches('[data-archive]') ? event.target : null;
  if (input?.files?.length) send(input, input.files[0]).finally(() => { input.value = ''; });
});

async function send(input, file) {
  const { organization, tenant, space } = input.dataset;
  const tell = text => { const place = document.querySelector('[data-archive-state]'); if (place) place.textContent = text; };
  const bar = document.querySelector('progress[data-archive-progress]');
  try {
    const access = await ticketFor({ organization, tenant, space, folder: '/' });
    const form = new FormData();
    form.append('tenant', tenant);
    form.append('space', space);
    form.append('file', file, file.name);
    if (bar) bar.hidden = false;
    const answer = await post(access.endpoint.replace(/\/v1\/uploads$/, '/v1/imports'), access.ticket, form, share => {
      if (bar) bar.value = share;
      tell(`${file.name}: ${Math.round(share * 100)} %`);
    });
    tell(answer.status === 202 ? `${file.name} is there; what is in it is being brought in.` : `${file.name}: ${answer.detail}`);
  } catch (problem) {
    tell(`${file.name}: ${problem.detail ?? 'The connection broke. Choose it again.'}`);
  } finally {
    if (bar) bar.hidden = true;
  }
}

// XMLHttpRequest, because fetch does not tell how far a body is.
const post = (url, ticket, form, progress) => new Promise((resolve, reject) => {
  const request = new XMLHttpRequest();
  const leave = stop => { stop.preventDefault(); };
  addEventListener('beforeunload', leave);
  request.open('POST', url);
  request.setRequestHeader('Authorization', `Bearer ${ticket}`);
  request.upload.onprogress = event => { if (event.lengthComputable) progress(event.loaded / event.total); };
  request.onloadend = () => removeEventListener('beforeunload', leave);
  request.onload = () => {
    let problem = {};
    try { problem = JSON.parse(request.responseText); } catch { /* no document */ }
    resolve({ status: request.status, detail: problem.detail ?? problem.title ?? `The service answered ${request.status}.` });
  };
  request.onerror = () => reject({});
  request.send(form);
});
