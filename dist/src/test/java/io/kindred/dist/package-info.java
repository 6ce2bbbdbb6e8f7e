/** Tests of the release as it is given to people. */
package io.kindred.dist;
