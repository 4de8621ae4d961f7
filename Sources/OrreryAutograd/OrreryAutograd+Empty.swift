// OrreryAutograd
