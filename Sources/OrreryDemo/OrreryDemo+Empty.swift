// OrreryDemo
