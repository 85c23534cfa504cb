// That this program links is the test: the other files of the target include every public header.
int headers_forwards();
int headers_backwards();

int main() {
  return headers_forwards() + headers_backwards();
}
