// A page without charts: light or dark as the reader chooses, printed as one with charts is.
{
  const root = document.documentElement;
  const button = document.getElementById('theme');
  const system = matchMedia('(prefers-color-scheme: dark)');
  let chosen = false;
  const apply = (name) => {
    root.dataset.theme = name;
    button.textContent = name === 'dark' ? 'Light' : 'Dark';
  };
  button.hidden = false;
  button.addEventListener('click', () => {
    chosen = true;
    apply(root.dataset.theme === 'dark' ? 'light' : 'dark');
  });
  system.addEventListener('change', () => {
    if (!chosen) apply(system.matches ? 'dark' : 'light');
  });
  apply(system.matches ? 'dark' : 'light');

  let before = 'light';
  addEventListener('beforeprint', () => {
    before = root.dataset.theme;
    root.dataset.theme = 'light';
    document.body.classList.add('printing');
  });
  addEventListener('afterprint', () => {
    document.body.classList.remove('printing');
    root.dataset.theme = before;
  });
}
