// Copies the command line. Pages opened from disk may lack the clipboard interface.
document.getElementById('copy').addEventListener('click', async (event) => {
  const button = event.currentTarget;
  const command = document.getElementById('command');
  let copied = true;
  try {
    await navigator.clipboard.writeText(command.textContent);
  } catch {
    getSelection().selectAllChildren(command);
    copied = document.execCommand('copy');
  }
  button.textContent = copied ? 'Copied' : 'Press Ctrl+C';
  setTimeout(() => { button.textContent = 'Copy'; }, 2000);
});
