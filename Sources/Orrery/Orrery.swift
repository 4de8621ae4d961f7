// What a Swift program imports: `import Orrery` brings all that is public in the targets below it.
@_exported import Kernels
@_exported import OrreryAutograd
@_exported import OrreryEngine
@_exported import OrreryFiles
@_exported import OrreryGeneration
@_exported import OrreryHub
@_exported import OrreryModels
@_exported import OrreryNN
@_exported import OrreryTemplates
@_exported import OrreryTensor
@_exported import OrreryTokenizerTraining
@_exported import OrreryTokenizers
@_exported import OrreryTraining
