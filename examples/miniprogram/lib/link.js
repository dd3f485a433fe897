/** Which cabinet a sticker's link (`https://host/c/{cabinet}`) leads to; `undefined` where it is not one of ours. */
function cabinetOf(link, service) {
  const [, host, path] = /^(https?:\/\/[^/?#]+)\/c\/([^/?#]+)\/?(?:[?#]|$)/i.exec(link) || [];
  return host && host.toLowerCase() === service.toLowerCase() ? decoded(path) : undefined;
}

/** What was URL-encoded, as WeChat hands over the link that was scanned; `undefined` where it is not well-formed. */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

module.exports = { cabinetOf, decoded };
