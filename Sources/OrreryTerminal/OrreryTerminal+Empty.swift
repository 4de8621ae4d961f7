// OrreryTerminal
