% Prints what GNU Octave finds in a .mat file: name, rows, columns, numbers.
function dump_mat(path)
  show_members("", load(path));
end

function show_members(prefix, s)
  for name = fieldnames(s)'
    value = s.(name{1});
    if isstruct(value)
      show_members([prefix name{1} "."], value);
    elseif ischar(value)
      printf("%s%s text %s\n", prefix, name{1}, value);
    else
      printf("%s%s %d %d", prefix, name{1}, rows(value), columns(value));
      printf(" %.17g", double(value));
      printf("\n");
    end
  end
end
