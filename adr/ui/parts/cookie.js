// Keeps a text in a cookie of this site, which other sites neither read nor make the browser send.
export default ({ data }) => {
  document.cookie = `${data.name}=${data.text}; path=/; max-age=31536000; SameSite=Strict`;
};
