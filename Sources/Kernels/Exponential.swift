import Foundation

/// e^x for the few places outside of the inner loops.
package func exponential(_ x: Float) -> Float { exp(x) }
